"""What a scan does to tasks: opens them for failures, reopens what it sees again. In bulk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM, record
from compliance.remediation import clocks
from compliance.remediation.actions import Action
from compliance.remediation.models import Source, State, Task
from compliance.remediation.numbers import next_number
from compliance.remediation.services import reopen_by_machine
from compliance.requirements.models import Assessment
from compliance.requirements.versions import superseded
from compliance.scans.models import Effect, Finding, FindingState, RuleMapping, ScanRun
from compliance.shared.severity import Severity

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """How many tasks a run opened and reopened."""

    opened: int
    reopened: int


class _Mapped(NamedTuple):
    """The requirement that a rule speaks of, in this organisation's words."""

    requirement_id: int
    code: str
    assessment_id: int
    owner_id: int | None


@transaction.atomic
def open_for_findings(run: ScanRun) -> Opened:
    """Open a task for each failure of *run* at or over the organisation's threshold.

    Safe to repeat: a finding has one task for ever. A task that was over and whose finding the
    run sees again goes back to work.
    """
    reopened = _reopen_seen_again(run)
    first = next_number(run.organisation_id)
    tasks = list(_new_tasks(run, first))
    Task.objects.bulk_create(tasks, batch_size=BATCH)
    if tasks:
        _record_opened(run, tasks)
    return Opened(len(tasks), reopened)


def _record_opened(run: ScanRun, tasks: list[Task]) -> None:
    """One entry for all, since a run may open thousands."""
    record(
        run.imported_by or SYSTEM,
        Action.OPENED_FROM_RUN,
        run,
        count=len(tasks),
        first=tasks[0].number,
        last=tasks[-1].number,
        assignee_ids=sorted({task.assignee_id for task in tasks if task.assignee_id}),
    )


def _new_tasks(run: ScanRun, first: int) -> Iterable[Task]:
    findings = list(_untasked(run))
    mapped = _requirements_of({finding.rule_id for finding in findings}, run.organisation_id)
    fallback = lead_of(run.organisation_id)
    members = set(
        Membership.objects.active()
        .filter(organisation_id=run.organisation_id)
        .values_list("user_id", flat=True)
    )
    for number, finding in enumerate(findings, first):
        to = mapped.get(finding.rule_id)
        owner = to.owner_id if to and to.owner_id in members else fallback
        yield _task_of(run, finding, number, to, owner)


def _task_of(
    run: ScanRun, finding: Finding, number: int, to: _Mapped | None, assignee_id: int | None
) -> Task:
    place = f"{finding.asset} {finding.location}".strip()
    return Task(
        organisation_id=run.organisation_id,
        number=number,
        source=Source.FINDING,
        finding=finding,
        requirement_id=to.requirement_id if to else None,
        assessment_id=to.assessment_id if to else None,
        title=f"{finding.title} · {finding.asset}"[:300],
        defect=f"{finding.title}\n{place}"[:20_000],
        before=finding.excerpt[:20_000],
        basis=" · ".join(filter(None, [to.code if to else "", finding.rule.code]))[:500],
        severity=finding.severity,
        assignee_id=assignee_id,
        due=clocks.due(finding.severity),
        created_by=run.imported_by,
    )


def _untasked(run: ScanRun) -> Iterable[Finding]:
    """Open failures that this run saw, over the threshold and without a task."""
    threshold = run.organisation.task_threshold
    rows = Finding.objects.filter(
        organisation_id=run.organisation_id,
        last_run=run,
        state=FindingState.OPEN,
        severity__in=Severity.at_least(threshold),
        tasks__isnull=True,
    )
    return rows.select_related("asset", "rule").order_by("number")


def _requirements_of(rules: set[int], organisation_id: int) -> dict[int, _Mapped]:
    """{rule: the first requirement that its failure violates, of the profile adopted first}."""
    rows = Assessment.objects.filter(~superseded(), organisation_id=organisation_id)
    assessments = {
        row[0]: _Mapped(*row)
        for row in rows.values_list("requirement_id", "requirement__code", "pk", "owner_id")
    }
    pairs = RuleMapping.objects.filter(
        rule__organisation_id=organisation_id,
        effect__in=[Effect.VIOLATES, Effect.BOTH],
        requirement__profile__adoptions__organisation_id=organisation_id,
        requirement__profile__adoptions__ended_at__isnull=True,
    ).order_by("requirement__profile__adoptions__adopted_at", "requirement__order")
    found: dict[int, _Mapped] = {}
    for rule_id, requirement_id in pairs.values_list("rule_id", "requirement_id"):
        if rule_id in rules and requirement_id in assessments:
            found.setdefault(rule_id, assessments[requirement_id])
    return found


def lead_of(organisation_id: int) -> int | None:
    """Who gets what nobody owns: the security lead, else an owner of the organisation."""
    members = Membership.objects.active().filter(organisation_id=organisation_id)
    for role in (Role.SECURITY_LEAD, Role.OWNER):
        found = members.filter(role=role).order_by("pk").values_list("user_id", flat=True).first()
        if found is not None:
            return found
    return None


def _reopen_seen_again(run: ScanRun) -> int:
    """Take back tasks that were over, when the run sees their finding after that."""
    over = Task.objects.filter(
        organisation_id=run.organisation_id,
        finding__last_run=run,
        finding__state=FindingState.OPEN,
        state__in=[State.FIXED, State.VERIFYING, State.CLOSED],
    )
    seen_again = [task for task in over.select_related("finding") if _came_back(task, run)]
    for task in seen_again:
        reopen_by_machine(
            task, reason=_("%(run)s shows it again.") % {"run": run}, by=run.imported_by or SYSTEM
        )
    return len(seen_again)


def _came_back(task: Task, run: ScanRun) -> bool:
    """A run that is older than the fix says nothing about it, unless a scan had verified it."""
    fixed_at = task.closed_at or task.verified_at or task.fixed_at
    return bool(task.verified_run_id) or (fixed_at is not None and run.scanned_at > fixed_at)
