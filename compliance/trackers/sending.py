"""The outbox of a connection, emptied in order: at least once, and recognised when it was twice."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from compliance.shared.errors import Refused
from compliance.trackers import reading, wording
from compliance.trackers.adapters.base import Issue, Tracker
from compliance.trackers.adapters.errors import Missing, Rejected
from compliance.trackers.guarding import readable, sure_that_gone
from compliance.trackers.models import Connection, ExternalIssue, Outgoing

PART = 50
Kind, State = Outgoing.Kind, Outgoing.State


def send_all(connection: Connection, tracker: Tracker, until: float) -> None:
    """Send what waits until the time is over; what concerns the whole connection is raised."""
    after = 0
    while time.monotonic() < until:
        rows = Outgoing.objects.filter(issue__connection=connection, state=State.WAITING)
        rows = rows.filter(~Q(issue__number="") | Q(kind=Kind.CREATE), pk__gt=after)
        part = list(rows.select_related("issue", "comment__by").order_by("pk")[:PART])
        if not part:
            return
        for row in part:
            after = row.pk
            if time.monotonic() >= until:
                return
            _send(row, tracker)


def _send(row: Outgoing, tracker: Tracker) -> None:
    before = Outgoing.objects.filter(pk=row.pk)
    again = row.tried_at is not None
    row.tried_at = row.tried_at or timezone.now()
    # Committed before the call: whoever comes after us knows that the tracker may have it.
    if not before.filter(state=State.WAITING).update(
        attempts=F("attempts") + 1, tried_at=row.tried_at
    ):
        return
    try:
        with readable():
            _VERBS[Kind(row.kind)](row, tracker, again)
    except Missing as missing:
        if row.issue.number and sure_that_gone(tracker):
            reading.forget(row.issue_id)
        else:
            _fail(row, missing)
    except Rejected as refusal:
        _fail(row, refusal)


def _create(row: Outgoing, tracker: Tracker, again: bool) -> None:  # noqa: FBT001 - one of _VERBS
    issue = _fresh(row)
    found = tracker.find(issue.mark, row.searched_from) if again else None
    title, text = wording.title(issue.task), wording.text(issue.task)
    known = wording.digest(issue.task)
    found = found or tracker.create(title, text, issue.mark)
    _made(row, issue, found, known)


@transaction.atomic
def _made(row: Outgoing, issue: ExternalIssue, found: Issue, known: str) -> None:
    rows = ExternalIssue.objects.filter(pk=issue.pk, number="")
    if not rows.update(
        number=found.number,
        key=found.key,
        url=found.url,
        remote_status=found.status,
        remote_hash=reading.remote_hash(found),
        local_hash=known,
        task_state=issue.task.state,
        looked_at=timezone.now(),
        # By the tracker's clock; before it was made nothing was said.
        comments_since=found.updated - timedelta(days=1),
    ):
        return
    _sent(row)
    # The task may have gone on before there was an issue.
    status = issue.connection.status_of(issue.task.state)
    if status and status != found.status:
        Outgoing.objects.create(organisation_id=row.organisation_id, issue=issue, kind=Kind.STATUS)


def _status(row: Outgoing, tracker: Tracker, again: bool) -> None:  # noqa: FBT001
    """Look first: what changed over there meanwhile is a conflict, and not ours to overwrite."""
    issue = _fresh(row)
    found = tracker.issue(issue.number)
    if found.status != issue.remote_status:
        reading.receive(issue.pk, found, [])
        issue = _fresh(row)
    state = issue.task.state
    status = issue.connection.status_of(state)
    if status and status != found.status:
        tracker.transition(issue.number, status)
    with transaction.atomic():
        if status:
            ExternalIssue.objects.filter(pk=issue.pk).update(remote_status=status, task_state=state)
        _sent(row)


def _text(row: Outgoing, tracker: Tracker, again: bool) -> None:  # noqa: FBT001
    issue = _fresh(row)
    known = wording.digest(issue.task)
    tracker.update(issue.number, wording.title(issue.task), wording.text(issue.task), issue.mark)
    with transaction.atomic():
        ExternalIssue.objects.filter(pk=issue.pk).update(local_hash=known)
        _sent(row)


def _comment(row: Outgoing, tracker: Tracker, again: bool) -> None:  # noqa: FBT001
    number = row.issue.number
    if again:
        for remark in tracker.comments(number, row.searched_from):
            if remark.mark == row.mark:
                reading.settle_comment(row, remark.number)
                return
    words = wording.comment(row.comment) if row.comment else row.text
    reading.settle_comment(row, tracker.comment(number, words, row.mark))


_VERBS = {Kind.CREATE: _create, Kind.STATUS: _status, Kind.TEXT: _text, Kind.COMMENT: _comment}


def _fresh(row: Outgoing) -> ExternalIssue:
    rows = ExternalIssue.objects.select_related("connection", "task__organisation")
    return rows.get(pk=row.issue_id)


def _sent(row: Outgoing) -> None:
    rows = Outgoing.objects.filter(pk=row.pk)
    rows.update(state=State.SENT, done_at=timezone.now(), error={})


def _fail(row: Outgoing, refusal: Refused) -> None:
    rows = Outgoing.objects.filter(pk=row.pk, state=State.WAITING)
    said = wording.in_each_language(refusal.sentence)
    rows.update(state=State.FAILED, done_at=timezone.now(), error=said)
