"""What a handler sees of its job, and the pulse that tells others that it lives."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils.functional import Promise

from compliance.jobs.models import Job, State
from compliance.jobs.phrases import LONGEST, Phrase

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
WRITE_AT_MOST_EVERY_SECONDS = 0.3

# Set when this process is told to stop; handlers end at their next step and are queued again.
stopping = threading.Event()


class Stop(Exception):
    """The handler shall end now. Let it pass; clean up in `finally`."""


class Cancelled(Stop):
    """A person cancelled the work."""


class Fenced(Stop):
    """Another worker has this job: this one was taken for dead."""


class Released(Stop):
    """This process is stopping; the job goes back to the queue."""


class Progress:
    """The handler's side of a running job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._written_at = 0.0
        self._cancelled = threading.Event()
        self._fenced = threading.Event()

    @property
    def args(self) -> dict[str, Any]:
        args: dict[str, Any] = self.job.args
        return args

    def step(self, done: int, total: int, phase: "str | Promise | Phrase" = "") -> None:
        """Say how far the work is; raise `Stop` when it shall not go on.

        Cheap enough for every item of a loop: the database is written about three times a second.
        """
        self.check()
        text = str(phase)[:LONGEST] or self.job.phase
        turn = text != self.job.phase or done >= total
        self.job.done, self.job.total, self.job.phase = done, total, text
        if turn or time.monotonic() - self._written_at >= WRITE_AT_MOST_EVERY_SECONDS:
            self._written_at = time.monotonic()
            self._write(done=done, total=total, phase=text)

    def check(self) -> None:
        """Raise `Stop` when the work shall not go on; costs nothing."""
        if self._fenced.is_set():
            raise Fenced
        if self._cancelled.is_set():
            raise Cancelled
        if stopping.is_set():
            raise Released

    def _write(self, **columns: Any) -> None:
        self.beat(**columns)
        self.check()

    def beat(self, **columns: Any) -> None:
        """Renew the heartbeat with *columns*, and learn whether to stop."""
        mine = Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=State.RUNNING)
        if not mine.update(heartbeat_at=Now(), **columns):
            self._fenced.set()
        elif mine.filter(cancel_requested=True).exists():
            self._cancelled.set()

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Renew the heartbeat from a thread, for handlers that say nothing for a while."""
        if connection.in_atomic_block:
            # The row is not committed yet: no other connection sees it, nobody can take it away.
            yield
            return
        over = threading.Event()
        pulse = threading.Thread(target=self._pulse, args=(over,), name=f"pulse-{self.job.pk}")
        pulse.daemon = True
        pulse.start()
        try:
            yield
        finally:
            over.set()
            pulse.join()

    def _pulse(self, over: threading.Event) -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                try:
                    self.beat()
                except DatabaseError as error:
                    # A locked or lost database; the next beat tries again on a new connection.
                    log.warning("Job %s: no heartbeat (%s)", self.job.pk, error)
                    connection.close()
        finally:
            connection.close()
