"""Finds what a dead worker or a lost message left, every few seconds."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone, translation

from compliance.jobs import messages, running
from compliance.jobs.models import Job, State

SEND_AGAIN_AFTER = timedelta(seconds=15)
DEAD_AFTER = timedelta(seconds=8)


def sweep() -> dict[str, int]:
    """Send again, queue again, give up; return how many of each."""
    counts = {"sent_again": 0, "queued_again": 0, "given_up": 0}
    for job in _without_pulse():
        counts[_take_from_the_dead(job)] += 1
    for job_id in _not_heard_of():
        counts["sent_again"] += messages.send(job_id)
    return counts


def ago(span: timedelta) -> Combinable:
    """Return the time *span* ago by the database: hosts whose clocks differ agree on who is dead."""
    return ExpressionWrapper(Now() - Value(span), output_field=DateTimeField())


def _without_pulse() -> list[Job]:
    dead = Job.objects.filter(state=State.RUNNING, heartbeat_at__lt=ago(DEAD_AFTER))
    return list(dead.select_related("requested_by"))


def _not_heard_of() -> list[int]:
    late = Q(sent_at__isnull=True) | Q(sent_at__lt=ago(SEND_AGAIN_AFTER))
    waiting = Job.objects.filter(late, state=State.QUEUED, due_at__lt=ago(SEND_AGAIN_AFTER))
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:500])


def _take_from_the_dead(job: Job) -> str:
    mine = Job.objects.filter(
        pk=job.pk, attempt=job.attempt, state=State.RUNNING, heartbeat_at__lt=ago(DEAD_AFTER)
    )
    if job.cancel_requested:
        mine.update(state=State.CANCELLED, finished_at=Now())
        return "given_up"
    if job.attempt >= job.max_attempts:
        with translation.override(running.language_of(job)):
            running.fail(job, running.give_up_sentence())
        return "given_up"
    if mine.update(state=State.QUEUED, due_at=timezone.now()):
        messages.send(job.pk)
    return "queued_again"
