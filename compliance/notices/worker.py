"""Empties the outbox: lane by lane, each in order, several lanes beside each other."""

import logging
import threading
import time

from django.db import DatabaseError, connection

from compliance.accounts.http import is_open
from compliance.accounts.models import Membership
from compliance.jobs.progress import stopping
from compliance.notices import outbox, subjects, targets
from compliance.notices.models import Delivery, Lane, Target
from compliance.notices.outbox import Outcome
from compliance.notices.post import Post

logger = logging.getLogger(__name__)

State = Delivery.State
_running = threading.Lock()


def run(*, seconds: float, threads: int = 1) -> int:
    """Send what is due for at most *seconds*; return how many messages were sent.

    One run in a process at a time: it must not take all threads of a worker from the jobs. With
    several *threads* a target that hangs does not hold up the others.
    """
    if not _running.acquire(blocking=False):
        return 0
    try:
        until = time.monotonic() + seconds
        return _go_through(until) if threads == 1 else _beside_each_other(until, threads)
    finally:
        _running.release()


def _beside_each_other(until: float, threads: int) -> int:
    counts = [0] * threads
    helpers = [
        threading.Thread(target=_helper, args=(until, counts, number), daemon=True)
        for number in range(threads)
    ]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    return sum(counts)


def _helper(until: float, counts: list[int], number: int) -> None:
    """A sender with a database connection of its own."""
    try:
        _do_not_wait_for_the_disk()
        counts[number] = _go_through(until)
    except DatabaseError:
        logger.exception("a sender stopped; its lane is taken up again")
    finally:
        connection.close()


def _do_not_wait_for_the_disk() -> None:
    """What a power cut takes from this connection is sent once more, under the same id.

    Everywhere else SQLite waits for the disk at each commit, which here would be most of the time.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


def _go_through(until: float) -> int:
    sent = 0
    with Post() as post:
        while not _is_over(until) and (lane := outbox.claim()) is not None:
            sent += _Turn(lane, post, until).take()
    return sent


def _is_over(until: float) -> bool:
    """A worker that is asked to end gives its lanes back after the present message."""
    return stopping.is_set() or time.monotonic() >= until


class _Turn:
    """One worker's time with one lane."""

    def __init__(self, lane: Lane, post: Post, until: float) -> None:
        self.lane, self.post, self.until = lane, post, until
        self.sent = 0

    def take(self) -> int:
        """Send in order until nothing is due, something must wait, or the time is over."""
        while messages := outbox.due(self.lane):
            for batch in messages:
                if _is_over(self.until):
                    outbox.release(self.lane)
                    return self.sent
                if not self._one(batch):
                    return self.sent
        outbox.release(self.lane)
        return self.sent

    def _one(self, batch: list[Delivery]) -> bool:
        """Send one message; False when the lane was given back."""
        first = batch[0]
        if _is_stopped(first):
            outbox.release(self.lane, asleep=True)
            return False
        wanted = _wanted(batch)
        dropped = [each for each in batch if each not in wanted]
        if dropped and not outbox.settle(self.lane, dropped, Outcome(State.DROPPED)):
            return False
        if not wanted:
            return True
        outcome = self._sent(wanted)
        if not outbox.settle(self.lane, wanted, outcome):
            return False
        self.sent += outcome.state == State.SENT
        stopped = _count(first, outcome)
        if outcome.state == State.WAITING or stopped:
            pause = outcome.pause or outbox.pause_after(first.attempts)
            outbox.release(self.lane, pause=pause, asleep=stopped)
            return False
        return True

    def _sent(self, batch: list[Delivery]) -> Outcome:
        outcome = self.post.send(batch, self.lane)
        return _last_attempt(batch[0], outcome) if outcome.state == State.WAITING else outcome


def _last_attempt(first: Delivery, outcome: Outcome) -> Outcome:
    """A test is tried once, a person's message for some days; a target is stopped as a whole."""
    tired = first.kind == Delivery.Kind.TEST or (first.user_id and outbox.is_old(first))
    if not tired:
        return outcome
    return Outcome(
        State.FAILED,
        outcome.error,
        outcome.status,
        request=outcome.request,
        answer=outcome.answer,
        blame=outcome.blame,
    )


def _is_stopped(first: Delivery) -> bool:
    """A test goes out even so: it is how one finds out whether to start again."""
    target = first.target
    return (
        target is not None and target.state != Target.State.ON and first.kind != Delivery.Kind.TEST
    )


def _wanted(batch: list[Delivery]) -> list[Delivery]:
    """What of *batch* its person may still hear, although it has been waiting.

    Who has left the organisation hears nothing more of it, and who is limited to one application
    nothing that lies beyond.
    """
    user = batch[0].user
    if user is None:
        return batch
    members = Membership.objects.active().filter(organisation_id=batch[0].organisation_id)
    member = members.filter(user=user).first()
    if member is None:
        return []
    if not member.is_limited:
        return batch
    rows = Delivery.objects.filter(pk__in=[each.pk for each in batch])
    there = set(subjects.within(rows, user).values_list("pk", flat=True))
    for each in batch:
        each.url = each.url if is_open(each.url, member) else ""
    return [each for each in batch if each.pk in there]


def _count(first: Delivery, outcome: Outcome) -> bool:
    """Keep how often the target failed in a row; True when it was stopped for that."""
    target = first.target
    if target is None or first.kind == Delivery.Kind.TEST:
        return False
    if outcome.state == State.SENT:
        targets.succeeded(target)
        return False
    return outcome.blame and targets.failed(target, gone=outcome.gone)
