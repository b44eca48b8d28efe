"""What the scheduler calls. A shell; safe to run twice."""

from celery import shared_task

from compliance.vault import checking, inspecting


@shared_task(name="vault.sweep", ignore_result=True)
def sweep() -> None:
    checking.sweep()


@shared_task(name="vault.inspect_waiting", ignore_result=True)
def inspect_waiting() -> None:
    inspecting.send_waiting()
