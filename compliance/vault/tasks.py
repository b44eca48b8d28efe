"""What the scheduler calls. Shells; safe to run twice."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from compliance.vault import checking, inspecting, sweeping

SUNDAY = 7


@shared_task(name="vault.sweep", ignore_result=True)
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="vault.verify", ignore_result=True)
def verify() -> None:
    """Every night; a bucket, whose every byte read may cost money, on Sundays."""
    if not settings.STORAGE_URL or timezone.localdate().isoweekday() == SUNDAY:
        checking.verify()


@shared_task(name="vault.inspect_waiting", ignore_result=True)
def inspect_waiting() -> None:
    inspecting.send_waiting()
