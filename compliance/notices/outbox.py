"""The outbox: what is written into it, and which worker may take what."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Min, OuterRef, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from compliance.notices.fanout import Draft
from compliance.notices.models import Delivery, Lane

# Longer than the slowest message: a worker renews its hold before each one.
LEASE = timedelta(seconds=15)
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 3600.0
# A mailbox that refuses for three days will not take the fourth either.
GIVE_UP_AFTER = timedelta(days=3)
PART = 50
# A digest is one mail, whatever it tells of; beyond that a second one follows.
DIGEST_PART = 500
# More mails than this about one bulk change are one mail.
MANY = 10
LANES_AT_ONCE = 500

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt.

    *state* WAITING means that it is tried again, after *pause* seconds when the other side says so.
    *error* is {language: sentence}. *blame* says that the target and not this one message is at
    fault; *gone* that it will not come back.
    """

    state: str
    error: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    request: str = ""
    answer: str = ""
    pause: float | None = None
    blame: bool = False
    gone: bool = False


def queue(organisation_id: int, drafts: list[Draft]) -> None:
    """Write the deliveries and wake their lanes, in the caller's transaction."""
    if not drafts:
        return
    lanes = _lanes(organisation_id, {draft.lane for draft in drafts})
    for draft in drafts:
        draft.delivery.lane = lanes[draft.lane]
    rows = [draft.delivery for draft in drafts]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    wake(lane.pk for lane in lanes.values())


def wake(lanes: Iterable[int]) -> None:
    """Set when each lane has something to do. Whoever ends with a lane sees our rows, or we it.

    Both lock the lane's row before they read the deliveries', so one of the two is second.
    """
    numbers = sorted(set(lanes))
    first = Delivery.objects.filter(lane=OuterRef("pk"), state=State.WAITING).order_by("due_at")
    for start in range(0, len(numbers), LANES_AT_ONCE):
        rows = Lane.objects.filter(pk__in=numbers[start : start + LANES_AT_ONCE])
        with transaction.atomic():
            list(rows.order_by("pk").select_for_update().values_list("pk"))
            rows.update(due_at=Subquery(first.values("due_at")[:1]))


def claim() -> Lane | None:
    """Take the lane that has waited longest; None when nothing is due or everything is taken."""
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        free = Lane.objects.filter(due_at__lte=timezone.now(), free_at__lte=Now())
        lane = free.order_by("due_at", "pk").select_for_update(skip_locked=skip).first()
        if lane is None:
            return None
        lane.fence += 1
        Lane.objects.filter(pk=lane.pk).update(fence=lane.fence, free_at=_ahead(LEASE))
    return lane


def due(lane: Lane) -> list[list[Delivery]]:
    """Return the next messages of a lane in order, with what they speak of.

    Each is a list: a digest tells of many deliveries at once, so does a mail about what somebody did
    to many things in one go, and everything else of one.
    """
    rows = lane.deliveries.filter(state=State.WAITING, due_at__lte=timezone.now())
    rows = rows.select_related("entry", "user", "target", "organisation").order_by("due_at", "pk")
    found = list(rows[:PART])
    for each in found:
        # One object for one target: what a failure counts, the next message knows.
        each.target = found[0].target
    if found and found[0].kind == Delivery.Kind.DIGEST:
        return [list(rows.filter(kind=Delivery.Kind.DIGEST)[:DIGEST_PART])]
    at_once = takewhile(lambda each: each.kind != Delivery.Kind.DIGEST, found)
    batches: list[list[Delivery]] = []
    for _told, rows_of_one in groupby(at_once, key=_done_in_one_go):
        together = list(rows_of_one)
        batches += [together] if len(together) > MANY else [[each] for each in together]
    return batches


def _done_in_one_go(row: Delivery) -> tuple[Any, ...]:
    """Mails of one action that came into the outbox together; nothing else is alike."""
    if row.kind != Delivery.Kind.MAIL or row.entry is None:
        return (row.pk,)
    return row.entry.action, row.entry.actor_id, row.created_at


@transaction.atomic
def settle(lane: Lane, batch: list[Delivery], outcome: Outcome) -> bool:
    """Write what became of *batch*; False when another worker has the lane meanwhile."""
    if not _hold(lane, LEASE):
        return False
    Delivery.objects.filter(pk__in=[each.pk for each in batch], state=State.WAITING).update(
        state=outcome.state,
        attempts=F("attempts") + 1,
        error=outcome.error,
        status=outcome.status,
        request=outcome.request,
        answer=outcome.answer,
        tried_at=timezone.now(),
    )
    return True


def release(lane: Lane, *, pause: float = 0.0, asleep: bool = False) -> None:
    """Give the lane back, to rest for *pause* seconds; *asleep* until somebody wakes it."""
    with transaction.atomic():
        Lane.objects.select_for_update().filter(pk=lane.pk).first()
        mine = Lane.objects.filter(pk=lane.pk, fence=lane.fence)
        following = None if asleep else _next_due(lane.pk)
        mine.update(due_at=following, free_at=_ahead(timedelta(seconds=pause)), memo=lane.memo)


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt: doubling, with chance so that not all come back at once."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 20))
    return float(longest * random.uniform(0.8, 1.2))  # noqa: S311 - no secret hangs on it


def is_old(delivery: Delivery) -> bool:
    return timezone.now() - delivery.due_at > GIVE_UP_AFTER


def _hold(lane: Lane, span: timedelta) -> bool:
    mine = Lane.objects.filter(pk=lane.pk, fence=lane.fence)
    return bool(mine.update(free_at=_ahead(span)))


def _ahead(span: timedelta) -> Combinable:
    """Return the time *span* ahead by the database: hosts whose clocks differ agree on it.

    The plain time for no span: SQLite compares texts, and a sum's has three digits more than
    `Now()`'s, so that a lane given back would not be free before the next millisecond.
    """
    if not span:
        return Now()
    return ExpressionWrapper(Now() + Value(span), output_field=DateTimeField())


def _next_due(lane: int) -> datetime | None:
    waiting = Delivery.objects.filter(lane_id=lane, state=State.WAITING)
    found: dict[str, Any] = waiting.aggregate(first=Min("due_at"))
    moment: datetime | None = found["first"]
    return moment


def _lanes(organisation_id: int, names: set[str]) -> dict[str, Lane]:
    rows = Lane.objects.filter(name__in=names)
    found = {lane.name: lane for lane in rows}
    if missing := sorted(names - set(found)):
        made = [Lane(organisation_id=organisation_id, name=name) for name in missing]
        Lane.objects.bulk_create(made, ignore_conflicts=True)
        found = {lane.name: lane for lane in rows.all()}
    return found
