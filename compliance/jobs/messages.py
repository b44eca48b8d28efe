"""Sending the word that a job waits. The message carries the id and nothing else."""

import logging

from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import KombuError, OperationalError

from compliance.jobs.models import Job

log = logging.getLogger(__name__)

RUN = "jobs.run"
SWEEP = "jobs.sweep"
TEND = "jobs.tend"


def send(job_id: int, *, countdown: float = 0) -> bool:
    """Tell the workers of the job; False when the broker cannot be reached.

    Nothing is lost then: the row waits, and the sweeper sends the word again.
    """
    try:
        current_app.send_task(RUN, args=[job_id], countdown=countdown or None, ignore_result=True)
    except (OSError, KombuError, OperationalError) as error:
        log.warning(
            "Job %s: the broker is not reachable (%s); it will be sent again.", job_id, error
        )
        return False
    Job.objects.filter(pk=job_id).update(sent_at=Now())
    return True
