"""Who may move a task on, and when."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import can, check_can, check_is_member
from compliance.accounts.roles import Capability
from compliance.remediation import selectors
from compliance.remediation.models import (
    TO_DO,
    DueExtension,
    RiskAcceptance,
    Source,
    State,
    Task,
)
from compliance.remediation.states import STEPS, WHO
from compliance.requirements.models import Assessment
from compliance.requirements.versions import check_is_of_current_version
from compliance.scans.models import FindingState
from compliance.shared.errors import ASK_AN_OWNER, Conflict, Refused, Unauthorised
from compliance.shared.states import check_move

CHANGED_MEANWHILE = _(
    "Somebody else saved this while you were writing. Compare both texts below and save again."
)
FIXER_CANNOT_VERIFY = _(
    "Somebody other than who fixed it has to verify it, or a scan that no longer shows it."
)
EVIDENCE_IS_MISSING = _("Attach at least one evidence that shows the fix.")
ACTION_IS_MISSING = _("Write what was done.")
REASON_IS_MISSING = _("Write the reason in a sentence; the reviewer will read it.")
LATER_NEEDS_EXTENSION = _("A later due date is asked for as an extension, with a reason.")
ALREADY_ASKED = _("Somebody asked for this already; it waits for its answer.")
ASKER_CANNOT_DECIDE = _("Somebody other than who asked for it has to decide.")
ALREADY_DECIDED = _("This was decided already. Reload the page.")
IS_OVER = _("This task is over. Reopen it first.")
BEYOND_WINDOW = _(
    "The platform's window for the supplement ends on %(day)s. Choose an earlier day, or say that "
    "you know it."
)
# Verdicts that leave something to do.
UNMET = [
    Assessment.Verdict.NOT_MET,
    Assessment.Verdict.PARTIAL,
    Assessment.Verdict.INCONCLUSIVE,
]
TRIAGED = {FindingState.FALSE_POSITIVE, FindingState.RISK_ACCEPTED, FindingState.DISPUTED}
PLAN_IS_MISSING = _("Write what will be done.")
NOT_A_MEMBER = _("This person is not a member of the organisation. Choose a member.")


def check_can_create(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.TASK_MANAGE)


def check_is_worker(organisation: Organisation | int, user: User) -> None:
    """Whoever may do something to tasks at all."""
    verbs = (Capability.TASK_MANAGE, Capability.TASK_WORK, Capability.EVIDENCE_REVIEW)
    if not any(can(user, organisation, verb) for verb in verbs):
        raise Unauthorised(ASK_AN_OWNER)


def check_can_take_back(organisation: Organisation | int, user: User) -> None:
    """Whoever could have made the change; that it was theirs stands in the audit stream."""
    if not any(can(user, organisation, verb) for verb in WHO["take_back"]):
        raise Unauthorised(ASK_AN_OWNER)


def check_can_open_for(assessment: Assessment, user: User) -> None:
    check_can_create(assessment.organisation_id, user)
    check_is_of_current_version(assessment)
    if assessment.verdict not in UNMET:
        raise Refused(_("Only a requirement that is not fully met needs a task. Set a verdict."))


def check_can_work(task: Task, user: User) -> None:
    """Write, plan, start, comment."""
    _check_who("start", task, user)


def check_can_edit(task: Task, user: User) -> None:
    check_can_work(task, user)
    if not task.is_open:
        raise Refused(IS_OVER)


def check_is_current(task: Task, revision: int) -> None:
    """The person must have seen what they overwrite."""
    if task.revision != revision:
        raise Conflict(CHANGED_MEANWHILE)


def check_can_comment(task: Task, user: User) -> None:
    """Whoever works on tasks or reviews evidence may say something."""
    if not can(user, task.organisation_id, Capability.EVIDENCE_REVIEW):
        check_can_work(task, user)


def check_can_assign(task: Task, user: User) -> None:
    check_can(user, task.organisation_id, Capability.TASK_MANAGE)
    if not task.is_open:
        raise Refused(IS_OVER)


def check_assignee(task: Task, assignee: User) -> None:
    rows = Membership.objects.people()
    if not rows.filter(user=assignee, organisation_id=task.organisation_id).exists():
        raise Refused(NOT_A_MEMBER)


def check_can_plan(task: Task, user: User) -> None:
    _check_who("plan", task, user)
    _check_move(task, State.PLANNED)


def check_can_start(task: Task, user: User) -> None:
    _check_who("start", task, user)
    if task.state not in {State.REGISTERED, State.PLANNED}:
        raise Refused(_("Work begins on what is registered or planned. Reopen what is over."))


def check_can_fix(task: Task, user: User) -> None:
    _check_who("fix", task, user)
    if task.state == State.REGISTERED:
        raise Refused(_("Start the work first, then report it as fixed."))
    _check_move(task, State.FIXED)
    if left := selectors.steps_left(task):
        raise Refused(
            ngettext(
                "%(n)d step of the checklist is not done yet.",
                "%(n)d steps of the checklist are not done yet.",
                left,
            )
            % {"n": left}
        )
    if blockers := selectors.open_blockers(task):
        raise Refused(_("It waits for %(tasks)s. Finish that first.") % {"tasks": _codes(blockers)})


def check_can_verify(task: Task, user: User) -> None:
    """Somebody else looks, or a scan has shown the pass: then the lead may confirm it."""
    _check_who("verify", task, user)
    if task.state != State.FIXED:
        raise Refused(_("Only what is reported as fixed can be verified."))
    if not shown_fixed(task) and task.fixed_by_id == user.pk:
        raise Refused(FIXER_CANNOT_VERIFY)


def check_can_close(task: Task, user: User) -> None:
    _check_who("close", task, user)
    if task.state != State.VERIFYING:
        raise Refused(_("Verify the fix first; only a verified task is closed."))
    _check_parts_are_over(task)


def check_can_verify_and_close(task: Task, user: User) -> None:
    _check_who("close", task, user)
    check_can_verify(task, user)
    _check_parts_are_over(task)


def _check_parts_are_over(task: Task) -> None:
    if parts := selectors.open_parts(task):
        raise Refused(_("Close its parts first: %(tasks)s.") % {"tasks": _codes(parts)})


def check_can_reopen(task: Task, user: User) -> None:
    _check_who("reopen", task, user)
    if task.state in {State.REGISTERED, State.PLANNED, State.IN_PROGRESS}:
        raise Refused(_("This task is open already."))
    # Its finding is opened with it, which is not everybody's to say.
    triaged = task.finding and task.finding.state in TRIAGED
    if triaged and not can(user, task.organisation_id, Capability.FINDING_TRIAGE):
        raise Refused(_("Its finding was decided too. Whoever triages findings reopens it."))


def check_can_exempt(task: Task, user: User, state: State) -> None:
    """False positive or disputed: the ones who triage findings."""
    _check_who("false_positive" if state == State.FALSE_POSITIVE else "dispute", task, user)
    _check_move(task, state)


def check_can_ask_acceptance(task: Task, user: User) -> None:
    """Whoever works on a task may propose to live with it; another one decides."""
    check_can_work(task, user)
    _check_move(task, State.RISK_ACCEPTED)
    if selectors.waiting_acceptance(task):
        raise Refused(ALREADY_ASKED)


def check_can_approve_acceptance(acceptance: RiskAcceptance, user: User) -> None:
    _check_decides(acceptance, user, WHO["approve_risk"])
    _check_move(acceptance.task, State.RISK_ACCEPTED)


def check_can_refuse_acceptance(acceptance: RiskAcceptance, user: User) -> None:
    _check_decides(acceptance, user, WHO["approve_risk"])


def check_can_ask_extension(task: Task, user: User) -> None:
    check_can_work(task, user)
    _check_is_to_do(task)
    if selectors.waiting_extension(task):
        raise Refused(ALREADY_ASKED)


def check_can_approve_extension(extension: DueExtension, user: User) -> None:
    check_can_decide_extension(extension, user)
    _check_is_to_do(extension.task)


def _check_is_to_do(task: Task) -> None:
    if task.state not in TO_DO:
        raise Refused(_("Nothing is left to do before the due date, so it cannot be extended."))


def check_can_decide_extension(extension: DueExtension, user: User) -> None:
    _check_decides(extension, user, (Capability.TASK_MANAGE,))


def check_can_withdraw(request: DueExtension | RiskAcceptance, user: User) -> None:
    """Only who asked takes it back."""
    check_can_work(request.task, user)
    if request.asked_by_id != user.pk:
        raise Refused(_("Only who asked for it can take it back."))
    if not request.is_waiting:
        raise Refused(ALREADY_DECIDED)


def _check_decides(
    request: DueExtension | RiskAcceptance, user: User, who: tuple[Capability, ...]
) -> None:
    _check_any(who, request.task, user)
    if not request.is_waiting:
        raise Refused(ALREADY_DECIDED)
    if request.asked_by_id == user.pk:
        raise Refused(ASKER_CANNOT_DECIDE)


def check_can_arrange(task: Task, user: User) -> None:
    """Priority, effort, parts, order and the planned change."""
    check_can_edit(task, user)


def check_can_watch(task: Task, user: User) -> None:
    check_is_member(user, task.organisation_id)


def check_within_window(due: date, end: date | None, *, said: bool) -> None:
    """A day after the platform's window is taken only from somebody who says that they know."""
    if end and due > end and not said:
        raise Refused(BEYOND_WINDOW % {"day": end.isoformat()})


def check_until(until: date | None) -> date:
    """An accepted risk ends some day, which is returned."""
    if until is None or until <= timezone.localdate():
        raise Refused(_("Give a day in the future on which the acceptance ends."))
    return until


def check_due(due: date) -> None:
    if due < timezone.localdate():
        raise Refused(_("The due date is in the past. Choose today or later."))


def check_due_moves(task: Task, due: date) -> None:
    """Forward by the lead alone; back only by an extension that somebody else approves."""
    check_due(due)
    if due > task.due:
        raise Refused(LATER_NEEDS_EXTENSION)


def shown_fixed(task: Task) -> bool:
    """A scan that covered it no longer shows the task's finding."""
    return bool(
        task.source == Source.FINDING and task.finding and task.finding.state == FindingState.FIXED
    )


def _check_who(verb: str, task: Task, user: User) -> None:
    _check_any(WHO[verb], task, user)


def _check_any(who: tuple[Capability, ...], task: Task, user: User) -> None:
    if not any(can(user, task.organisation_id, capability) for capability in who):
        raise Unauthorised(ASK_AN_OWNER)


def _check_move(task: Task, new: State) -> None:
    check_move(State, STEPS, task.state, new)


def _codes(tasks: list[Task]) -> str:
    """The first three by their codes."""
    named = ", ".join(task.code for task in tasks[:3])
    return f"{named} …" if len(tasks) > 3 else named
