"""Tasks of packets."""

from celery import shared_task

from compliance.packets import messages, services

# Long enough to get somewhere, short enough that a job waits little behind it.
_SECONDS = 8


@shared_task(name="packets.warm", ignore_result=True)
def warm() -> None:
    """Compile what changed in open applications."""
    services.warm(seconds=_SECONDS)


@shared_task(name="packets.sweep_sections", ignore_result=True)
def sweep_sections() -> None:
    """Remove compiled sections that no packet used for a while."""
    services.sweep_sections()


@shared_task(name=messages.HELP, ignore_result=True)
def help_build(packet_id: int) -> None:
    """Compile sections of a packet that another worker builds."""
    services.help_build(packet_id)
