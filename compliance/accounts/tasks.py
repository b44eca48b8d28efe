"""What the scheduler calls every hour. Shells; safe to run twice."""

from celery import shared_task

from compliance.accounts import ending, housekeeping


@shared_task(name="accounts.tidy", ignore_result=True)
def tidy() -> None:
    housekeeping.tidy()


@shared_task(name="accounts.announce_ends", ignore_result=True)
def announce_ends() -> None:
    ending.announce()
