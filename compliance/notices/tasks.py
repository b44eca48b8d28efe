"""Tasks of notices."""

from celery import shared_task

from compliance.notices import housekeeping, services, worker

SECONDS = 20.0
# Targets that hang hold up others only when as many hang at once.
THREADS = 4


@shared_task(name="notices.deliver", ignore_result=True)
def deliver() -> None:
    """Catch up with the stream, should a process have died in between, and empty the outbox."""
    services.deliver_all()
    worker.run(seconds=SECONDS, threads=THREADS)


@shared_task(name="notices.tidy", ignore_result=True)
def tidy() -> None:
    """Forget the log of deliveries after its time, and secrets that sign no more."""
    housekeeping.tidy()
