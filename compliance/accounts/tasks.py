"""What the scheduler calls every hour. A shell; safe to run twice."""

from celery import shared_task

from compliance.accounts import housekeeping


@shared_task(name="accounts.tidy", ignore_result=True)
def tidy() -> None:
    housekeeping.tidy()
