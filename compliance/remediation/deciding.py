"""What one person asks for a task and another one decides: a later due date, an accepted risk."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.applications import windows
from compliance.audit.services import Named
from compliance.remediation import policies
from compliance.remediation.actions import Action
from compliance.remediation.models import Decision, DueExtension, RiskAcceptance, State, Task
from compliance.remediation.moving import move, tell, write
from compliance.remediation.texts import clean, required
from compliance.scans import services as scans_room
from compliance.scans.models import FindingState
from compliance.shared.errors import Conflict, Refused


@transaction.atomic
def ask_extension(
    task: Task, *, new_due: date, reason: str, by: User, beyond_window: bool = False
) -> DueExtension:
    """Ask for a later due date (기한 연장).

    With *beyond_window* the person says that they know the platform's window is over by then.
    """
    _lock(task)
    policies.check_can_ask_extension(task, by)
    policies.check_due(new_due)
    if new_due <= task.due:
        raise Refused(_("An extension ends after the due date. Choose a later day."))
    end = window_end(task)
    policies.check_within_window(new_due, end, said=beyond_window)
    asked = DueExtension.objects.create(
        task=task,
        old_due=task.due,
        new_due=new_due,
        reason=required(reason, policies.REASON_IS_MISSING),
        beyond_window=bool(end and new_due > end),
        asked_by=by,
    )
    told = {"before": task.due.isoformat(), "after": new_due.isoformat(), "reason": asked.reason}
    tell(by, Action.EXTENSION_ASKED, task, **told, beyond_window=asked.beyond_window)
    return asked


@transaction.atomic
def approve_extension(extension: DueExtension, *, by: User, answer: str = "") -> None:
    """The due date moves, and the extension is counted."""
    task = _lock(extension.task)
    policies.check_can_approve_extension(extension, by)
    _decide(extension, Decision.APPROVED, by, clean(answer))
    if extension.new_due <= task.due:
        raise Refused(_("The due date is later than this already. Refuse the request."))
    write(task, due=extension.new_due, extended_times=task.extended_times + 1)
    _tell_decided(by, Action.EXTENDED, extension)


@transaction.atomic
def refuse_extension(extension: DueExtension, *, answer: str, by: User) -> None:
    policies.check_can_decide_extension(extension, by)
    _decide(extension, Decision.REFUSED, by, required(answer, policies.REASON_IS_MISSING))
    _tell_decided(by, Action.EXTENSION_REFUSED, extension)


@transaction.atomic
def withdraw(request: DueExtension | RiskAcceptance, *, by: User) -> None:
    """Take back what one asked for oneself."""
    policies.check_can_withdraw(request, by)
    _decide(request, Decision.WITHDRAWN, by, "")
    is_extension = isinstance(request, DueExtension)
    action = Action.EXTENSION_WITHDRAWN if is_extension else Action.ACCEPTANCE_WITHDRAWN
    tell(by, action, request.task)


@transaction.atomic
def ask_acceptance(task: Task, *, reason: str, until: date | None, by: User) -> RiskAcceptance:
    """Propose to live with it until a day (위험수용)."""
    _lock(task)
    policies.check_can_ask_acceptance(task, by)
    asked = RiskAcceptance.objects.create(
        task=task,
        reason=required(reason, policies.REASON_IS_MISSING),
        until=policies.check_until(until),
        asked_by=by,
    )
    tell(by, Action.ACCEPTANCE_ASKED, task, reason=asked.reason, until=str(until))
    return asked


@transaction.atomic
def approve_acceptance(acceptance: RiskAcceptance, *, by: User, answer: str = "") -> None:
    """Accept the risk for the organisation; holds for the task's finding too."""
    task = _lock(acceptance.task)
    policies.check_can_approve_acceptance(acceptance, by)
    policies.check_until(acceptance.until)
    _decide(acceptance, Decision.APPROVED, by, clean(answer))
    until, reason = acceptance.until, acceptance.reason
    move(task, State.RISK_ACCEPTED, by=by, reason=reason, accepted_by=by, accepted_until=until)
    if task.finding and task.finding.state in {FindingState.OPEN, FindingState.DISPUTED}:
        risk = FindingState.RISK_ACCEPTED
        scans_room.triage(task.finding, state=risk, reason=reason, until=until, by=by)
    asker = {"asked_by_id": acceptance.asked_by_id}
    tell(by, Action.RISK_ACCEPTED, task, reason=reason, until=str(until), **asker)


@transaction.atomic
def refuse_acceptance(acceptance: RiskAcceptance, *, answer: str, by: User) -> None:
    policies.check_can_refuse_acceptance(acceptance, by)
    answer = required(answer, policies.REASON_IS_MISSING)
    _decide(acceptance, Decision.REFUSED, by, answer)
    asker = {"asked_by_id": acceptance.asked_by_id}
    tell(by, Action.ACCEPTANCE_REFUSED, acceptance.task, reason=answer, **asker)


def end_live_acceptance(task: Task, *, by: Named) -> None:
    """Close the row of an accepted risk whose task goes back to work."""
    rows = task.acceptances.filter(state=Decision.APPROVED, ended_at__isnull=True)
    rows.update(ended_at=timezone.now(), ran_out=by.pk is None)


def window_end(task: Task) -> date | None:
    """The day the platform's window ends for the profile of the task's requirement."""
    if task.requirement is None:
        return None
    return windows.ends(task.organisation_id).get(task.requirement.profile_id)


def _decide(request: DueExtension | RiskAcceptance, state: Decision, by: User, answer: str) -> None:
    columns = {"state": state, "decided_by": by, "decided_at": timezone.now(), "answer": answer}
    rows = type(request)._default_manager.filter(pk=request.pk, state=Decision.ASKED)
    if not rows.update(**columns):
        raise Conflict(policies.ALREADY_DECIDED)
    for name, value in columns.items():
        setattr(request, name, value)


def _tell_decided(by: User, action: Action, extension: DueExtension) -> None:
    tell(
        by,
        action,
        extension.task,
        before=extension.old_due.isoformat(),
        after=extension.new_due.isoformat(),
        reason=extension.answer or extension.reason,
        times=extension.task.extended_times,
        asked_by_id=extension.asked_by_id,
    )


def _lock(task: Task) -> Task:
    """Two who ask or decide at once queue on the row; what it says now is what counts."""
    now = Task.objects.select_for_update().values("state", "due", "version", "extended_times")
    for name, value in now.get(pk=task.pk).items():
        setattr(task, name, value)
    return task
