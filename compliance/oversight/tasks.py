"""What the scheduler calls every ten seconds. A shell; safe to run twice."""

from celery import shared_task

from compliance.oversight import sending


@shared_task(name="oversight.send", ignore_result=True)
def send() -> None:
    sending.send_all()
