"""Where a card stands in its column: between its neighbours, by a number that fits between theirs."""

from django.db import transaction
from django.db.models import F

from compliance.accounts.models import User
from compliance.remediation import policies
from compliance.remediation.models import Task

# How far apart cards are put when there is room, and how far when a column is spread anew.
GAP = 1 << 14


@transaction.atomic
def place(task: Task, *, after: Task | None, before: Task | None, by: User) -> None:
    """Put the card below *after* and above *before*; one of them is enough.

    The order of cards is nobody's proof of anything: it is not recorded, and the last one wins.
    """
    policies.check_can_work(task, by)
    rank = _between(after, before)
    if rank is None and after is not None:
        _spread(task, after)
        rank = after.rank + GAP
    if rank is None or rank == task.rank:
        return
    Task.objects.filter(pk=task.pk).update(rank=rank)
    task.rank = rank


def _between(after: Task | None, before: Task | None) -> int | None:
    if after is None:
        return before.rank - GAP if before else None
    if before is None or before.rank <= after.rank:
        return after.rank + GAP
    middle = (after.rank + before.rank) // 2
    return middle if after.rank < middle < before.rank else None


def _spread(task: Task, after: Task) -> None:
    """Make room below *after*: every card under it moves down, keeping their order."""
    rows = Task.objects.filter(
        organisation_id=task.organisation_id, state=after.state, rank__gt=after.rank
    )
    rows.exclude(pk=task.pk).update(rank=F("rank") + 2 * GAP)
