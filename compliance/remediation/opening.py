"""What a scan does to tasks: opens them for failures, reopens what it sees again. In bulk."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM, record
from compliance.remediation import clocks
from compliance.remediation.actions import Action
from compliance.remediation.models import EffortUnit, Priority, Source, State, Task, rank_of
from compliance.remediation.numbers import next_number
from compliance.remediation.services import reopen_by_machine
from compliance.requirements.models import Assessment
from compliance.requirements.versions import superseded
from compliance.scans.models import Effect, Finding, FindingState, RuleMapping, ScanRun
from compliance.scans.records import Conditions
from compliance.shared import bulk
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
    opener = _Opener(run)
    count = bulk.insert(Task, _COLUMNS, opener.rows())
    if count:
        opener.record(count)
    return Opened(count, reopened)


# What a new task says; every other column may be empty.
_COLUMNS = (
    "organisation",
    "number",
    "source",
    "finding",
    "requirement",
    "assessment",
    "title",
    "defect",
    "before",
    "plan",
    "action_taken",
    "after",
    "basis",
    "reason",
    "severity",
    "priority",
    "effort_unit",
    "assignee",
    "due",
    "extended_times",
    "state",
    "state_since",
    "rank",
    "revision",
    "version",
    "created_by",
    "created_at",
)


class _Opener:
    """Writes the tasks of one run, which may be thousands, as rows and not as objects."""

    def __init__(self, run: ScanRun) -> None:
        self.run = run
        self.first = next_number(run.organisation_id)
        self.mapped = _requirements_of(run)
        self.fallback = lead_of(run.organisation_id)
        active = Membership.objects.active().filter(organisation_id=run.organisation_id)
        self.members = set(active.values_list("user_id", flat=True))
        self.dues = clocks.dues(run.organisation_id)
        self.now = timezone.now()
        self.assignees: set[int] = set()

    def rows(self) -> Iterator[tuple[bulk.Value, ...]]:
        findings = _untasked(self.run).iterator(chunk_size=BATCH)
        for number, finding in enumerate(findings, self.first):
            yield self._row(number, finding)

    def _row(self, number: int, finding: Finding) -> tuple[bulk.Value, ...]:
        to = self._requirement_of(finding)
        assignee = to.owner_id if to and to.owner_id in self.members else self.fallback
        if assignee:
            self.assignees.add(assignee)
        asset = str(finding.asset)
        severity = Severity(finding.severity)
        due = self.dues[severity]
        return (
            self.run.organisation_id,
            number,
            Source.FINDING.value,
            finding.pk,
            to.requirement_id if to else None,
            to.assessment_id if to else None,
            f"{finding.title} · {asset}"[:300],
            f"{finding.title}\n{f'{asset} {finding.location}'.strip()}"[:20_000],
            finding.excerpt[:20_000],
            "",
            "",
            "",
            " · ".join(filter(None, [to.code if to else "", finding.rule.code]))[:500],
            "",
            finding.severity,
            Priority.of(severity).value,
            EffortUnit.HOURS.value,
            assignee,
            due.isoformat(),
            0,
            State.REGISTERED.value,
            self.now,
            rank_of(due, number),
            0,
            0,
            self.run.imported_by_id,
            self.now,
        )

    def _requirement_of(self, finding: Finding) -> _Mapped | None:
        """The first requirement of the rule whose mapping's conditions the finding meets."""
        kind, found = finding.asset.kind, self.mapped.get(finding.rule_id, ())
        held = (
            to
            for conditions, to in found
            if conditions.hold(severity=finding.severity, asset_kind=kind)
        )
        return next(held, None)

    def record(self, count: int) -> None:
        """One entry for all."""
        record(
            self.run.imported_by or SYSTEM,
            Action.OPENED_FROM_RUN,
            self.run,
            count=count,
            first=self.first,
            last=self.first + count - 1,
            assignee_ids=sorted(self.assignees),
        )


def _untasked(run: ScanRun) -> QuerySet[Finding]:
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


def _requirements_of(run: ScanRun) -> dict[int, list[tuple[Conditions, _Mapped]]]:
    """{rule of the run: what it violates under which conditions, the profile adopted first}."""
    rows = Assessment.objects.filter(~superseded(), organisation_id=run.organisation_id)
    assessments = {
        row[0]: _Mapped(*row)
        for row in rows.values_list("requirement_id", "requirement__code", "pk", "owner_id")
    }
    pairs = RuleMapping.objects.filter(
        rule__in=_untasked(run).order_by().values("rule"),
        effect__in=[Effect.VIOLATES, Effect.BOTH],
        requirement__in=assessments,
        requirement__profile__adoptions__organisation_id=run.organisation_id,
        requirement__profile__adoptions__ended_at__isnull=True,
    ).order_by("requirement__profile__adoptions__adopted_at", "requirement__order")
    found: dict[int, list[tuple[Conditions, _Mapped]]] = defaultdict(list)
    conditions = [f"edge__{name}" for name in Conditions._fields]
    # Tens of thousands of rules are mapped by some hundred edges: what these say is kept once.
    kept: dict[tuple[Any, ...], tuple[Conditions, _Mapped]] = {}
    told = pairs.values_list("rule_id", "requirement_id", *conditions)
    for rule_id, requirement_id, *asked in told.iterator(chunk_size=BATCH):
        key = (requirement_id, *asked)
        if key not in kept:
            kept[key] = Conditions(*asked), assessments[requirement_id]
        found[rule_id].append(kept[key])
    return found


def lead_of(organisation_id: int) -> int | None:
    """Who gets what nobody owns: the security lead, else an owner of the organisation."""
    members = Membership.objects.people().filter(organisation_id=organisation_id)
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
