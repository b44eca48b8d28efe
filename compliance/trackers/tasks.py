"""Tasks of trackers."""

from celery import shared_task

from compliance.trackers import housekeeping, syncing


@shared_task(name="trackers.sync", ignore_result=True)
def sync() -> None:
    """Bring every connection up to date that is due."""
    syncing.sync_all()


@shared_task(name="trackers.sync_one", ignore_result=True)
def sync_one(connection: int) -> None:
    """The same for one, because a webhook or a person asked for it."""
    syncing.sync_one(connection)


@shared_task(name="trackers.tidy", ignore_result=True)
def tidy() -> None:
    """Forget what was sent, after its time."""
    housekeeping.tidy()
