"""What the scheduler calls. Shells; each is safe to run twice and catches up after a pause."""

from celery import shared_task

from compliance.remediation import ending, escalating, handing, keeping, reminding


@shared_task(name="remediation.end_acceptances", ignore_result=True)
def end_acceptances() -> None:
    ending.end_acceptances()


@shared_task(name="remediation.escalate", ignore_result=True)
def escalate() -> None:
    handing.sweep()
    escalating.run()
    reminding.run()


@shared_task(name="remediation.keep_duties", ignore_result=True)
def keep_duties() -> None:
    keeping.run()
