"""The one way in which a row of a task is written: counted, and with its change of state."""

from typing import Any

from django.db.models import F
from django.utils import timezone

from compliance.audit.services import Named, record
from compliance.remediation.actions import Action
from compliance.remediation.models import State, StateChange, Task, rank_of
from compliance.remediation.states import MOVES
from compliance.shared import states


def move(task: Task, new: State, *, by: Named, **columns: Any) -> None:
    """Set the state by compare-and-set with *columns*; what the row was before is kept for charts."""
    before, version, now = task.state, task.version, timezone.now()
    states.move(task, MOVES, new, state_since=now, version=F("version") + 1, **columns)
    task.version = version + 1
    StateChange.objects.create(
        organisation_id=task.organisation_id,
        task=task,
        before=before,
        after=new,
        by_id=by.pk,
        at=now,
    )


def write(task: Task, **columns: Any) -> None:
    """Write *columns*. A new due date takes the card to its place, unless a person had dragged it."""
    if "due" in columns and task.rank == rank_of(task.due, task.number):
        columns["rank"] = rank_of(columns["due"], task.number)
    Task.objects.filter(pk=task.pk).update(version=F("version") + 1, **columns)
    task.version += 1
    for name, value in columns.items():
        setattr(task, name, value)


def tell(by: Named, action: Action, task: Task, **data: Any) -> None:
    """Record it; every entry names whom it concerns, for those who hear of it, and the version
    of the row after it, by which an undo sees whether anything happened since."""
    record(by, action, task, **concerned(task), version=task.version, **data)


def concerned(task: Task) -> dict[str, Any]:
    """What every entry about a task holds: its number and the people who hear of it."""
    return {
        "number": task.number,
        "assignee_id": task.assignee_id,
        "fixed_by_id": task.fixed_by_id,
        "watcher_ids": sorted(each.user_id for each in task.watchers.all()),
    }
