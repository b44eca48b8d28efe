"""What a worker hears. Ids in, a service called, nothing else."""

from celery import shared_task

from compliance.jobs import messages, services, sweeper


@shared_task(name=messages.RUN, ignore_result=True)
def run(job_id: int) -> None:
    services.run(job_id)


@shared_task(name=messages.SWEEP, ignore_result=True)
def sweep() -> None:
    sweeper.sweep()
