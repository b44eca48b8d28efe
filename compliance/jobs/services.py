"""Queue work, do it, cancel it."""

import os
import socket
import threading
import time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit import services as audit
from compliance.jobs import messages, policies, registry, running
from compliance.jobs.actions import Action
from compliance.jobs.models import Job, State
from compliance.shared.errors import Conflict


def enqueue(
    *,
    kind: str,
    organisation: Organisation | None,
    by: User | None,
    args: dict[str, Any] | None = None,
    key: str = "",
) -> Job:
    """Write the row and, when the transaction commits, send the word to the workers.

    With *key*, work of the same kind and key that is still active is returned instead.
    """
    job, made = _row(kind, organisation, by, args or {}, key)
    if made:
        transaction.on_commit(lambda: messages.send(job.pk))
    return job


def run_now(
    *,
    kind: str,
    organisation: Organisation | None,
    by: User | None,
    args: dict[str, Any] | None = None,
    key: str = "",
) -> Job:
    """Do the work in this process, as commands do, and return the finished row.

    Raises Conflict when a worker is doing the same work already.
    """
    job, _made = _row(kind, organisation, by, args or {}, key)
    while True:
        mine = run(job.pk)
        if mine is None:
            raise Conflict(_("A worker is doing this already. Wait until it is done."))
        if not mine.is_active:
            return mine
        time.sleep(max(0.0, (mine.due_at - timezone.now()).total_seconds()))


def run(job_id: int) -> Job | None:
    """Claim the job and do it here; None when somebody else has it or it is over."""
    job = claim(job_id)
    if job is not None:
        running.carry_out(job)
        job.refresh_from_db()
    return job


def claim(job_id: int) -> Job | None:
    """Take a queued job by compare-and-set; the new attempt number is the fence."""
    won = Job.objects.filter(pk=job_id, state=State.QUEUED).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        claimed_by=f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:200],
        heartbeat_at=Now(),
        started_at=Coalesce(F("started_at"), Now()),
    )
    return Job.objects.get(pk=job_id) if won else None


@transaction.atomic
def cancel(job: Job, *, by: User) -> None:
    """Stop waiting work at once, and running work at its next step."""
    policies.check_can_cancel(job, by)
    waiting = Job.objects.filter(pk=job.pk, state=State.QUEUED)
    if waiting.update(state=State.CANCELLED, finished_at=Now(), cancel_requested=True):
        job.state = State.CANCELLED
    elif not Job.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel_requested=True):
        raise Conflict(_("This work ended a moment ago. Reload the page."))
    job.cancel_requested = True
    if job.organisation_id:
        audit.record(by, Action.CANCELLED, job)


def _row(
    kind: str,
    organisation: Organisation | None,
    by: User | None,
    args: dict[str, Any],
    key: str,
) -> tuple[Job, bool]:
    """Return the active row of kind and key, or a new one; and whether it is new."""
    registry.handler_of(kind)
    while True:
        same = Job.objects.active().filter(kind=kind, key=key, organisation=organisation)
        if key and (found := same.first()):
            return found, False
        try:
            with transaction.atomic():
                return Job.objects.create(
                    kind=kind, organisation=organisation, requested_by=by, args=args, key=key
                ), True
        except IntegrityError:
            if not key:
                raise
            # Somebody queued the same a moment ago: the next turn finds their row.
