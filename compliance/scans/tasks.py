"""What the scheduler calls every hour. A shell; safe to run twice."""

from celery import shared_task

from compliance.scans import decisions


@shared_task(name="scans.end_acceptances", ignore_result=True)
def end_acceptances() -> None:
    decisions.end_acceptances()
