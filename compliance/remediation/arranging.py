"""What is said of the work itself: priority, effort, steps, watchers, the planned change."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.remediation import freezes, policies
from compliance.remediation.actions import Action
from compliance.remediation.models import ChecklistItem, EffortUnit, Priority, Task, Watcher
from compliance.remediation.moving import tell, write
from compliance.remediation.texts import required
from compliance.shared.errors import Refused

MOST_STEPS = 100
MOST_EFFORT = 99_999


@transaction.atomic
def set_priority(task: Task, priority: int, *, by: User) -> None:
    policies.check_can_arrange(task, by)
    if priority not in Priority.values:
        raise Refused(_("Choose a priority."))
    _arrange(task, by, priority=priority)


@transaction.atomic
def set_effort(task: Task, effort: Decimal | None, unit: str, *, by: User) -> None:
    """How much work it is, in hours or points; None takes the estimate away."""
    policies.check_can_arrange(task, by)
    if unit not in EffortUnit.values or (effort is not None and not 0 <= effort <= MOST_EFFORT):
        raise Refused(_("Give a number of hours or points."))
    _arrange(task, by, effort=effort, effort_unit=unit)


@transaction.atomic
def plan_change(
    task: Task, start: datetime | None, end: datetime | None, *, by: User
) -> Sequence[str]:
    """Say when the change is made in production; return the warnings that this raises.

    A warning hinders nothing: it is shown, and kept in the audit stream with the plan.
    """
    policies.check_can_arrange(task, by)
    if (start is None) != (end is None) or (start and end and end <= start):
        raise Refused(
            _("Give the beginning and the end of the change, the end after the beginning.")
        )
    warned = [str(each) for each in freezes.warnings(task, start, end)]
    if (task.change_start, task.change_end) != (start, end):
        before = {"start": _told(task.change_start), "end": _told(task.change_end)}
        write(task, change_start=start, change_end=end)
        told = {"start": _told(start), "end": _told(end)}
        tell(by, Action.CHANGE_PLANNED, task, **told, before=before, after=told, warnings=warned)
    return warned


@transaction.atomic
def add_step(task: Task, text: str, *, by: User) -> ChecklistItem:
    policies.check_can_edit(task, by)
    text = required(text, _("Write the step."))[:300]
    Task.objects.select_for_update().get(pk=task.pk)
    if task.checklist.count() >= MOST_STEPS:
        raise Refused(_("A checklist has at most 100 steps. Make parts of the task instead."))
    last = task.checklist.aggregate(last=Max("order"))["last"] or 0
    step = ChecklistItem.objects.create(task=task, text=text, order=last + 1)
    tell(by, Action.STEP_ADDED, task, step=text)
    return step


@transaction.atomic
def tick(step: ChecklistItem, *, done: bool, by: User) -> None:
    """Tick a step off, or take the tick back; what is so already stays as it was signed."""
    policies.check_can_edit(step.task, by)
    rows = ChecklistItem.objects.filter(pk=step.pk, done_at__isnull=done)
    signed: dict[str, Any] = {"done_by": by, "done_at": timezone.now()}
    if rows.update(**(signed if done else dict.fromkeys(signed))):
        action = Action.STEP_DONE if done else Action.STEP_UNDONE
        tell(by, action, step.task, step=step.text)


@transaction.atomic
def remove_step(step: ChecklistItem, *, by: User) -> None:
    policies.check_can_edit(step.task, by)
    ChecklistItem.objects.filter(pk=step.pk).delete()
    tell(by, Action.STEP_REMOVED, step.task, step=step.text)


@transaction.atomic
def watch(task: Task, *, by: User, watching: bool = True) -> None:
    """Hear of the task from now on, or no longer."""
    policies.check_can_watch(task, by)
    if watching:
        _row, changed = Watcher.objects.get_or_create(task=task, user=by)
    else:
        changed = bool(Watcher.objects.filter(task=task, user=by).delete()[0])
    if changed:
        tell(by, Action.WATCHED if watching else Action.UNWATCHED, task)


def _arrange(task: Task, by: User, **columns: Any) -> None:
    before = {name: getattr(task, name) for name in columns}
    changed = {name: value for name, value in columns.items() if value != before[name]}
    if not changed:
        return
    write(task, **changed)
    tell(
        by,
        Action.ARRANGED,
        task,
        before={name: _told(before[name]) for name in changed},
        after={name: _told(value) for name, value in changed.items()},
    )


def _told(value: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    return str(value) if isinstance(value, Decimal) else value
