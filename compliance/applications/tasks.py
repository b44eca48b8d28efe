"""What the scheduler calls every day. A shell; safe to run twice."""

from celery import shared_task

from compliance.applications import renewal


@shared_task(name="applications.announce_ends", ignore_result=True)
def announce_ends() -> None:
    renewal.announce_ends()
