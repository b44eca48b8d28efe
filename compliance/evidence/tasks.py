"""What the scheduler calls every hour. A shell; safe to run twice."""

from celery import shared_task

from compliance.evidence import requesting, services


@shared_task(name="evidence.expire_due", ignore_result=True)
def expire_due() -> None:
    services.expire_due()
    services.reopen_changed()
    requesting.remind()
