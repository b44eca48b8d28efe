"""Which task is a part of which, and which waits for which. Never in a circle."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.remediation import policies
from compliance.remediation.actions import Action
from compliance.remediation.models import Dependency, Task
from compliance.remediation.moving import tell, write
from compliance.shared.errors import Refused


@transaction.atomic
def set_parent(task: Task, parent: Task | None, *, by: User) -> None:
    """Make the task a part of *parent*, or of nothing."""
    policies.check_can_arrange(task, by)
    if parent is None or task.parent_id == parent.pk:
        _write_parent(task, parent, by)
        return
    _queue(task.organisation_id)
    check_takes_parts(parent, task.organisation_id)
    # The whole waits for its parts: nothing of it may wait for the whole.
    _refuse_circle(task, parent)
    _write_parent(task, parent, by)


def check_takes_parts(parent: Task, organisation_id: int) -> None:
    """Only an open task of the same organisation has parts. Holds its row until the end."""
    rows = Task.objects.select_for_update().filter(organisation_id=organisation_id)
    now = rows.filter(pk=parent.pk).first()
    if now is None:
        raise Refused(_("Choose a task of the organisation."))
    if not now.is_open:
        raise Refused(
            _("%(task)s is over and takes no parts. Reopen it first.") % {"task": now.code}
        )


@transaction.atomic
def block(task: Task, blocker: Task, *, by: User) -> None:
    """Let *task* wait for *blocker*."""
    policies.check_can_arrange(task, by)
    if blocker.organisation_id != task.organisation_id or blocker.pk == task.pk:
        raise Refused(_("Choose another task of the organisation."))
    _queue(task.organisation_id)
    _refuse_circle(blocker, task)
    _made, new = Dependency.objects.get_or_create(
        blocker=blocker, blocked=task, defaults={"added_by": by}
    )
    if new:
        tell(by, Action.BLOCKED, task, blocker=blocker.code)


@transaction.atomic
def unblock(task: Task, blocker: Task, *, by: User) -> None:
    policies.check_can_arrange(task, by)
    if Dependency.objects.filter(blocker=blocker, blocked=task).delete()[0]:
        tell(by, Action.UNBLOCKED, task, blocker=blocker.code)


def _write_parent(task: Task, parent: Task | None, by: User) -> None:
    if task.parent_id == (parent.pk if parent else None):
        return
    before = task.parent.code if task.parent else ""
    write(task, parent=parent)
    tell(
        by,
        Action.ARRANGED,
        task,
        before={"parent": before},
        after={"parent": parent.code if parent else ""},
    )


def _queue(organisation_id: int) -> None:
    """Two who link at once queue here: each sees what the other has linked."""
    Organisation.objects.select_for_update().get(pk=organisation_id)


def _refuse_circle(first: Task, second: Task) -> None:
    """Refuse when *first* waits for *second*, directly or by others. A query for each step away."""
    reached, edge = {first.pk}, {first.pk}
    while edge:
        if second.pk in edge:
            words = {"first": first.code, "second": second.code}
            sentence = _("%(first)s waits for %(second)s already, so this would be a circle.")
            raise Refused(sentence % words)
        waited_for = Task.objects.filter(Q(blocks__blocked__in=edge) | Q(parent__in=edge))
        edge = set(waited_for.values_list("pk", flat=True)) - reached
        reached |= edge
