"""One turn with one connection: what changed over there, then what waits here."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F
from django.utils import timezone

from compliance.shared.errors import Refused
from compliance.shared.outbound import Session
from compliance.shared.sealed import Sealed
from compliance.trackers import reading, sending, stream, wording
from compliance.trackers.adapters import reach
from compliance.trackers.adapters.base import Access, Issue, Tracker
from compliance.trackers.adapters.errors import Missing, Rejected, TrackerError
from compliance.trackers.guarding import readable, sure_that_gone
from compliance.trackers.models import Connection, ExternalIssue

# Longer than a turn and its longest last call: nobody else takes the connection meanwhile.
LEASE = timedelta(minutes=4)
TURN = 50.0
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
# Issues of which nothing was heard are looked at by name now and then: some are deleted, some were
# on a page that shifted while it was read.
QUIET = timedelta(hours=6)
QUIET_PART = 20


def sync_all(*, seconds: float = TURN) -> int:
    """Read the streams, then serve who has waited longest; return how many were served."""
    until = time.monotonic() + seconds
    stream.gather_all()
    served = 0
    while time.monotonic() < until and (connection := _claim()) is not None:
        turn(connection, until)
        served += 1
    return served


def sync_one(pk: int) -> None:
    """Serve one connection now, unless it rests or somebody has it."""
    connection = _claim(pk)
    if connection is not None:
        stream.gather(connection.organisation_id)
        turn(connection, time.monotonic() + TURN)


def _claim(pk: int | None = None) -> Connection | None:
    """Take a connection that is due; one is served once a minute at most unless it is named."""
    now = timezone.now()
    rows = Connection.objects.filter(state=Connection.State.ON, free_at__lte=now)
    rows = rows.filter(pk=pk) if pk else rows
    connection: Connection | None = rows.order_by("free_at", "pk").first()
    if connection is None:
        return None
    mine = Connection.objects.filter(pk=connection.pk, fence=connection.fence)
    connection.fence += 1
    if not mine.update(fence=connection.fence, free_at=now + LEASE):
        return None
    return connection


def turn(connection: Connection, until: float) -> None:
    """Serve *connection*; whatever goes wrong becomes its sentence and a pause."""
    try:
        with opened(connection) as tracker:
            _read(connection, tracker, until)
            sending.send_all(connection, tracker, until)
    except Refused as refusal:
        _failed(connection, refusal)
    except ObjectDoesNotExist:
        # Somebody unlinked an issue in this very moment; the rest has its turn again at once.
        _release(connection, free_at=timezone.now())
    else:
        rested = timezone.now() + timedelta(seconds=20)
        _release(connection, error={}, failures=0, synced_at=timezone.now(), free_at=rested)


@contextmanager
def opened(connection: Connection) -> Iterator[Tracker]:
    """The tracker of a connection; raises Refused when its token cannot be read."""
    token = connection.token.open() if isinstance(connection.token, Sealed) else connection.token
    access = Access(
        connection.base_url,
        connection.project,
        connection.account,
        str(token),
        connection.issue_type,
        tuple(dict.fromkeys(str(each) for each in connection.status_map.values() if each)),
    )
    with Session() as session, readable():
        yield reach(connection.kind, access, session)


def _read(connection: Connection, tracker: Tracker, until: float) -> None:
    """Page by page, each kept before the next one is asked for."""
    try:
        for page in tracker.changes(connection.cursor - tracker.overlap):
            _read_page(connection, tracker, page)
            if page:
                latest = max(connection.cursor, *(each.updated for each in page))
                connection.cursor = latest
                _mine(connection).update(cursor=latest)
            if time.monotonic() >= until:
                return
        _look_at_quiet(connection, tracker, until)
    except Missing:
        sure_that_gone(tracker)


def _read_page(connection: Connection, tracker: Tracker, page: list[Issue]) -> None:
    numbers = [each.number for each in page]
    rows = ExternalIssue.objects.filter(connection=connection, number__in=numbers, gone_at=None)
    known = dict(rows.values_list("number", "pk"))
    hashes = dict(rows.values_list("number", "remote_hash"))
    for found in page:
        if found.number in known and hashes[found.number] != reading.remote_hash(found):
            _read_issue(known[found.number], tracker, found)


def _read_issue(pk: int, tracker: Tracker, found: Issue) -> None:
    since = ExternalIssue.objects.values_list("comments_since", flat=True).get(pk=pk)
    remarks = list(tracker.comments(found.number, since)) if found.comments else []
    reading.receive(pk, found, remarks)


def _look_at_quiet(connection: Connection, tracker: Tracker, until: float) -> None:
    rows = ExternalIssue.objects.filter(connection=connection, gone_at=None).exclude(number="")
    rows = rows.filter(looked_at__lt=timezone.now() - QUIET).order_by("looked_at")
    for pk, number in list(rows.values_list("pk", "number")[:QUIET_PART]):
        if time.monotonic() >= until:
            return
        try:
            _read_issue(pk, tracker, tracker.issue(number))
        except Missing:
            sure_that_gone(tracker)
            reading.forget(pk)
        except Rejected:
            ExternalIssue.objects.filter(pk=pk).update(looked_at=timezone.now())


def _failed(connection: Connection, refusal: Refused) -> None:
    asked = refusal.pause if isinstance(refusal, TrackerError) else None
    usual = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(connection.failures, 10))
    pause = asked if asked is not None else usual * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
    _release(
        connection,
        error=wording.in_each_language(refusal.sentence),
        failures=F("failures") + 1,
        free_at=timezone.now() + timedelta(seconds=pause),
    )


def _release(connection: Connection, **columns: Any) -> None:
    _mine(connection).update(**columns)


def _mine(connection: Connection) -> Any:
    return Connection.objects.filter(pk=connection.pk, fence=connection.fence)
