"""Who may move a task on, and when."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.remediation.models import Source, State, Task
from compliance.remediation.states import MOVES
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
PLAN_IS_MISSING = _("Write what will be done.")
NOT_A_MEMBER = _("This person is not a member of the organisation. Choose a member.")


def check_can_create(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.TASK_MANAGE)


def check_is_worker(organisation: Organisation | int, user: User) -> None:
    """Whoever may do something to tasks at all."""
    verbs = (Capability.TASK_MANAGE, Capability.TASK_WORK, Capability.EVIDENCE_REVIEW)
    if not any(can(user, organisation, verb) for verb in verbs):
        raise Unauthorised(ASK_AN_OWNER)


def check_can_open_for(assessment: Assessment, user: User) -> None:
    check_can_create(assessment.organisation_id, user)
    check_is_of_current_version(assessment)
    verdict = Assessment.Verdict
    if assessment.verdict not in {verdict.NOT_MET, verdict.PARTIAL, verdict.INCONCLUSIVE}:
        raise Refused(_("Only a requirement that is not fully met needs a task. Set a verdict."))


def check_can_work(task: Task, user: User) -> None:
    """Write, plan, start, comment."""
    if not can(user, task.organisation_id, Capability.TASK_MANAGE):
        check_can(user, task.organisation_id, Capability.TASK_WORK)


def check_can_edit(task: Task, user: User) -> None:
    check_can_work(task, user)
    if not task.is_open:
        raise Refused(_("This task is over. Reopen it first."))


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
        raise Refused(_("This task is over. Reopen it first."))


def check_assignee(task: Task, assignee: User) -> None:
    rows = Membership.objects.active()
    if not rows.filter(user=assignee, organisation_id=task.organisation_id).exists():
        raise Refused(NOT_A_MEMBER)


def check_can_plan(task: Task, user: User) -> None:
    check_can_work(task, user)
    _check_move(task, State.PLANNED)


def check_can_start(task: Task, user: User) -> None:
    check_can_work(task, user)
    if task.state not in {State.REGISTERED, State.PLANNED}:
        raise Refused(_("Work begins on what is registered or planned. Reopen what is over."))


def check_can_fix(task: Task, user: User) -> None:
    check_can_work(task, user)
    if task.state == State.REGISTERED:
        raise Refused(_("Start the work first, then report it as fixed."))
    _check_move(task, State.FIXED)


def check_can_verify(task: Task, user: User) -> None:
    """Somebody else looks, or a scan has shown the pass: then the lead may confirm it."""
    _check_may_verify(task, user)
    if task.state != State.FIXED:
        raise Refused(_("Only what is reported as fixed can be verified."))
    if not shown_fixed(task) and task.fixed_by_id == user.pk:
        raise Refused(FIXER_CANNOT_VERIFY)


def check_can_close(task: Task, user: User) -> None:
    check_can(user, task.organisation_id, Capability.TASK_MANAGE)
    if task.state != State.VERIFYING:
        raise Refused(_("Verify the fix first; only a verified task is closed."))


def check_can_verify_and_close(task: Task, user: User) -> None:
    check_can(user, task.organisation_id, Capability.TASK_MANAGE)
    check_can_verify(task, user)


def check_can_reopen(task: Task, user: User) -> None:
    _check_may_verify(task, user)
    if task.state in {State.REGISTERED, State.PLANNED, State.IN_PROGRESS}:
        raise Refused(_("This task is open already."))


def check_can_exempt(task: Task, user: User, state: State) -> None:
    """False positive or disputed: the ones who triage findings."""
    check_can(user, task.organisation_id, Capability.FINDING_TRIAGE)
    _check_move(task, state)


def check_can_accept_risk(task: Task, user: User) -> None:
    check_can(user, task.organisation_id, Capability.RISK_ACCEPT)
    _check_move(task, State.RISK_ACCEPTED)


def check_until(until: date | None) -> None:
    """An accepted risk ends some day."""
    if until is None or until <= timezone.localdate():
        raise Refused(_("Give a day in the future on which the acceptance ends."))


def check_due(due: date) -> None:
    if due < timezone.localdate():
        raise Refused(_("The due date is in the past. Choose today or later."))


def shown_fixed(task: Task) -> bool:
    """A scan that covered it no longer shows the task's finding."""
    return bool(
        task.source == Source.FINDING and task.finding and task.finding.state == FindingState.FIXED
    )


def _check_may_verify(task: Task, user: User) -> None:
    for capability in (Capability.TASK_MANAGE, Capability.EVIDENCE_REVIEW):
        if can(user, task.organisation_id, capability):
            return
    raise Unauthorised(ASK_AN_OWNER)


def _check_move(task: Task, new: State) -> None:
    check_move(State, MOVES, task.state, new)
