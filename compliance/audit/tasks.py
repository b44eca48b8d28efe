"""What the scheduler calls every hour. A shell; safe to run twice."""

from celery import shared_task

from compliance.audit import services


@shared_task(name="audit.sign", ignore_result=True)
def sign() -> None:
    services.sign_all()
