"""Tasks of notices."""

from celery import shared_task

from compliance.notices import services


@shared_task(name="notices.deliver", ignore_result=True)
def deliver() -> None:
    """Catch up with the stream, should a process have died between an entry and its notices."""
    services.deliver_all()
