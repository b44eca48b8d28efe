"""Who connects trackers and links tasks, and what a tracker may do to a task."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can, check_can
from compliance.accounts.roles import Capability
from compliance.remediation import policies as tasks_room
from compliance.remediation import selectors as tasks_reads
from compliance.remediation.models import State, Task, TaskEvidence
from compliance.shared.errors import ASK_AN_OWNER, Refused, Unauthorised
from compliance.trackers.models import Connection, ExternalIssue, Outgoing
from compliance.trackers.statuses import PROTECTED

ALREADY_LINKED = _("This task is linked with an issue of this tracker already.")
ISSUE_TAKEN = _("This issue is linked with another task already. Unlink it there first.")


def check_can_manage(organisation: Organisation | int, user: User) -> None:
    check_can(user, organisation, Capability.TRACKERS_MANAGE)


def check_can_link(task: Task, user: User) -> None:
    """Whoever works on tasks says which issue one is."""
    verbs = (Capability.TASK_WORK, Capability.TASK_MANAGE)
    if not any(can(user, task.organisation_id, verb) for verb in verbs):
        raise Unauthorised(ASK_AN_OWNER)


def check_can_push(organisation: Organisation, connection: Connection, user: User) -> None:
    """Have issues made of tasks of the organisation."""
    verbs = (Capability.TASK_WORK, Capability.TASK_MANAGE)
    if not any(can(user, organisation, verb) for verb in verbs):
        raise Unauthorised(ASK_AN_OWNER)
    _check_serves(connection, organisation.pk)


def check_can_link_to(task: Task, connection: Connection, user: User) -> None:
    check_can_link(task, user)
    _check_serves(connection, task.organisation_id)
    if ExternalIssue.objects.filter(connection=connection, task=task).exists():
        raise Refused(ALREADY_LINKED)


def _check_serves(connection: Connection, organisation_id: int) -> None:
    if connection.organisation_id != organisation_id:
        raise Refused(_("This connection is of another organisation."))
    if connection.state != Connection.State.ON:
        raise Refused(_("Nothing is synchronised with this tracker now. Start it again first."))


def check_can_retry(outgoing: Outgoing, user: User) -> None:
    check_can_manage(outgoing.organisation_id, user)
    if outgoing.state != Outgoing.State.FAILED:
        raise Refused(_("This is on its way already, or has arrived."))


def check_may_follow(task: Task, new: State, *, changed_here: bool = False) -> None:
    """Raise Refused when a tracker's word is not enough to bring the task to *new*.

    With *changed_here* both sides moved since they agreed: then a fix with its proof stays too.
    """
    if task.state in PROTECTED or (changed_here and task.state == State.FIXED):
        raise Refused(
            _("“%(state)s” was decided in the portal. Reopen the task there if it does not hold.")
            % {"state": State(task.state).label}
        )
    if new == State.FIXED:
        _check_may_be_fixed(task)
    elif new != State.IN_PROGRESS:
        raise Refused(
            _("A task does not become “%(state)s” by a tracker's word; that is said in the portal.")
            % {"state": new.label}
        )


def _check_may_be_fixed(task: Task) -> None:
    """The same as for a person who reports it as fixed."""
    if left := tasks_reads.steps_left(task):
        sentence = ngettext(
            "%(n)d step of the checklist is not done yet.",
            "%(n)d steps of the checklist are not done yet.",
            left,
        )
        raise Refused(sentence % {"n": left})
    if blockers := tasks_reads.open_blockers(task):
        codes = ", ".join(each.code for each in blockers[:3])
        raise Refused(_("It waits for %(tasks)s. Finish that first.") % {"tasks": codes})
    proof = task.evidence_links.filter(role=TaskEvidence.Role.AFTER).exists()
    if not proof and not tasks_room.shown_fixed(task):
        raise Refused(tasks_room.EVIDENCE_IS_MISSING)
