"""What the scheduler calls once a day. Shells; safe to run twice."""

from celery import shared_task

from compliance.privacy import services


@shared_task(name="privacy.end_kept", ignore_result=True)
def end_kept() -> None:
    services.end_kept()
