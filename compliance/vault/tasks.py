"""What the scheduler calls. Shells; safe to run twice."""

from celery import shared_task

from compliance.vault import checking, inspecting, sweeping


@shared_task(name="vault.sweep", ignore_result=True)
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="vault.verify", ignore_result=True)
def verify() -> None:
    checking.verify()


@shared_task(name="vault.inspect_waiting", ignore_result=True)
def inspect_waiting() -> None:
    inspecting.send_waiting()
