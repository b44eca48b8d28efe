"""A scan that no longer shows a finding reports its task as fixed, though nobody did. In bulk.

The run is the verification; a person still confirms it and closes. A task that a person reported
as fixed stays as it is, and whoever verifies it names the run.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from compliance.audit.services import SYSTEM, record_all
from compliance.remediation.actions import Action
from compliance.remediation.models import (
    TO_DO,
    ChecklistItem,
    Dependency,
    State,
    StateChange,
    Task,
)
from compliance.remediation.moving import concerned
from compliance.remediation.states import BEGUN
from compliance.scans.models import Change, FindingState, Observation, ScanRun

BATCH = 500


@transaction.atomic
def follow(run: ScanRun) -> int:
    """Report begun tasks as fixed whose findings *run* closed; return how many. Safe to repeat.

    The rules of a fix hold: every step is done, and nothing that blocks it is to do.
    """
    followed = 0
    while tasks := list(_begun(run).select_for_update(of=("self",))[:BATCH]):
        _report(tasks, run)
        followed += len(tasks)
    return followed


def _begun(run: ScanRun) -> QuerySet[Task]:
    steps = ChecklistItem.objects.filter(task=OuterRef("pk"), done_at__isnull=True)
    waits = Dependency.objects.filter(blocked=OuterRef("pk"), blocker__state__in=TO_DO)
    rows = Task.objects.filter(
        ~Exists(steps),
        ~Exists(waits),
        organisation_id=run.organisation_id,
        # By what the run said, which has an index; a later word about it would stand there too.
        finding__in=Observation.objects.filter(run=run, change=Change.FIXED).values("finding"),
        finding__fixed_run=run,
        finding__state=FindingState.FIXED,
        state__in=BEGUN,
    )
    return rows.prefetch_related("watchers").order_by("number")


def _report(tasks: list[Task], run: ScanRun) -> None:
    now = timezone.now()
    columns: dict[str, Any] = {"state": State.FIXED, "state_since": now, "verified_at": now}
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        version=F("version") + 1, verified_run=run, verified_by=None, **columns
    )
    StateChange.objects.bulk_create(
        StateChange(
            organisation_id=run.organisation_id,
            task=task,
            before=task.state,
            after=State.FIXED,
            at=now,
        )
        for task in tasks
    )
    told = [(task, {**concerned(task), "run": run.pk}) for task in tasks]
    record_all(run.imported_by or SYSTEM, Action.SHOWN_FIXED, told)
