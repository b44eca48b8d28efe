"""What the scheduler calls every hour. A shell; safe to run twice."""

from celery import shared_task

from compliance.vault import checking


@shared_task(name="vault.sweep", ignore_result=True)
def sweep() -> None:
    checking.sweep()
