"""One attempt at a job: call the handler, write how it ended."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compliance.audit import services as audit
from compliance.jobs import messages, registry
from compliance.jobs.actions import Action
from compliance.jobs.models import Job, State
from compliance.jobs.progress import Cancelled, Progress, Released, Stop
from compliance.shared.errors import Refused

log = logging.getLogger(__name__)

PASSING = (OSError, OperationalError, InterfaceError)
WRITE_END_WITHIN_SECONDS = 6.0


def carry_out(job: Job) -> None:
    """Do the claimed *job* and write its end. Never raises what the handler raised."""
    with translation.override(language_of(job)):
        try:
            result = _call(job)
        except Stop as stop:
            _stopped(job, stop)
        except Refused as refusal:
            fail(job, str(refusal), told=registry.tells(job.kind))
        except PASSING as error:
            _try_again(job, error)
        except KeyboardInterrupt:
            _end(job, State.CANCELLED)
            raise
        except Exception:
            log.exception("Job %s (%s) failed", job.pk, job.kind)
            fail(job, _fault_sentence(job))
        else:
            done = {"done": F("total")} if job.total else {}
            _end(job, State.DONE, result=result or {}, **done)


def _stopped(job: Job, stop: Stop) -> None:
    match stop:
        case Cancelled():
            _end(job, State.CANCELLED)
        case Released():
            _queue_again(job, extra_attempt=True)
        case _:
            log.warning("Job %s: another worker has it; attempt %s ends.", job.pk, job.attempt)


def _fault_sentence(job: Job) -> str:
    return _(
        "This could not be finished because of a fault in Gatepass. "
        "Tell the operator the number %(number)s; the log has the details under it."
    ) % {"number": job.pk}


def fail(job: Job, sentence: str, *, told: bool = False) -> None:
    """End the attempt as failed, with the sentence that the page shows.

    Who asked for the work hears of it, unless the handler *told* them.
    """
    asker = None if told else job.requested_by_id
    with transaction.atomic():
        if _end(job, State.FAILED, error=sentence) and job.organisation_id:
            audit.record(audit.SYSTEM, Action.FAILED, job, error=sentence, requested_by_id=asker)


def give_up_sentence() -> str:
    return _(
        "This stopped several times without a result. "
        "Try again later, or ask the operator to look into the log."
    )


def _call(job: Job) -> dict[str, Any] | None:
    progress = Progress(job)
    with progress.alive():
        progress.check()
        return registry.handler_of(job.kind)(progress)


def _end(job: Job, state: State, **columns: Any) -> bool:
    return _write(job, state=state, finished_at=Now(), **columns)


def _try_again(job: Job, error: Exception) -> None:
    log.warning("Job %s: attempt %s met %r", job.pk, job.attempt, error)
    _reconnect()
    if job.attempt >= job.max_attempts:
        fail(job, give_up_sentence())
    else:
        _queue_again(job, wait=2.0**job.attempt)


def _queue_again(job: Job, *, wait: float = 0.0, extra_attempt: bool = False) -> None:
    columns: dict[str, Any] = {"due_at": timezone.now() + timedelta(seconds=wait)}
    if extra_attempt:
        columns["max_attempts"] = F("max_attempts") + 1
    if _write(job, state=State.QUEUED, **columns):
        messages.send(job.pk, countdown=wait)


def _write(job: Job, **columns: Any) -> bool:
    """Change the row if this attempt still owns it. A database that is away gets some seconds."""
    end = time.monotonic() + WRITE_END_WITHIN_SECONDS
    while True:
        try:
            mine = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=State.RUNNING)
            return bool(mine.update(**columns))
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > end:
                raise  # the sweeper finds the row without a heartbeat
            _reconnect()
            time.sleep(0.5)


def _reconnect() -> None:
    if not connection.in_atomic_block:
        connection.close()


def language_of(job: Job) -> str:
    return job.requested_by.language if job.requested_by else settings.LANGUAGE_CODE
