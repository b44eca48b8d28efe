"""What the scheduler calls. Shells; safe to run twice."""

from celery import shared_task

from compliance.vault import checking, sweeping


@shared_task(name="vault.sweep", ignore_result=True)
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="vault.verify", ignore_result=True)
def verify() -> None:
    checking.verify()
