"""What the scheduler calls. Shells; safe to run twice."""

from celery import shared_task

from compliance.scans import decisions, meanings


@shared_task(name="scans.end_acceptances", ignore_result=True)
def end_acceptances() -> None:
    decisions.end_acceptances()


@shared_task(name="scans.tend", ignore_result=True)
def tend() -> None:
    meanings.settle()
    meanings.tend()
