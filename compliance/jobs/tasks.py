"""What a worker hears. Ids in, a service called, nothing else."""

from celery import shared_task
from celery.exceptions import Reject

from compliance.jobs import messages, services, sweeper, tending
from compliance.jobs.progress import stopping


@shared_task(name=messages.RUN, ignore_result=True)
def run(job_id: int) -> None:
    if stopping.is_set():
        raise Reject("this worker is stopping", requeue=True)
    services.run(job_id)


@shared_task(name=messages.SWEEP, ignore_result=True)
def sweep() -> None:
    sweeper.sweep()


@shared_task(name=messages.TEND, ignore_result=True)
def tend() -> None:
    tending.tend()
