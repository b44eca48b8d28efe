"""The scans' part of a manifest: runs, check results by requirement, findings, accepted risks."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from compliance.accounts.models import Organisation
from compliance.packets.entries import Budget, iso
from compliance.packets.manifest_rows import AcceptedRisk, Check, Counts, Finding, MappingSet, Scan
from compliance.requirements.models import Profile
from compliance.scans.mapping import in_effect
from compliance.scans.models import CheckResult, FindingState, Meaning, RuleMapping, ScanRun
from compliance.scans.models import Finding as FindingRow
from compliance.scans.models import MappingSet as MappingSetRow
from compliance.scans.records import Outcome
from compliance.scans.selectors import latest_runs, so_said, violating

SCANS_FOLDER = "점검결과"
# Failing checks that are named on the sheet of a requirement, for each run.
_EXAMPLES = 3
_REQUIREMENT = "rule__mappings__requirement"


@dataclass(slots=True)
class Scans:
    """What the scans say about the profile. *checks* is by requirement id."""

    runs: list[ScanRun]
    checks: dict[int, list[Check]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    accepted_risks: list[AcceptedRisk] = field(default_factory=list)
    mapping_sets: list[MappingSet] = field(default_factory=list)

    def keep_only(self, codes: set[str]) -> None:
        """Leave out what touches none of the requirements with these *codes*."""
        self.findings = [each for each in self.findings if codes & set(each["requirements"])]
        self.accepted_risks = [each for each in self.accepted_risks if each["requirement"] in codes]


def gather(organisation: Organisation, profile: Profile) -> Scans:
    """Read the newest run of each kind, and every finding that touches the profile."""
    runs = (
        ScanRun.objects.filter(pk__in=latest_runs(organisation))
        .select_related("blob", "imported_by")
        .order_by("pk")
    )
    rows = _findings(organisation, profile)
    scans = Scans(list(runs))
    scans.checks = _checks(scans.runs, profile)
    scans.findings = [_finding(row) for row in rows]
    scans.accepted_risks = [_risk(row) for row in rows if _is_accepted_alone(row)]
    scans.mapping_sets = _mapping_sets(organisation, profile)
    return scans


def _mapping_sets(organisation: Organisation, profile: Profile) -> list[MappingSet]:
    """The versions that the organisation uses now and that speak of the profile, and pivots."""
    used = MappingSetRow.objects.filter(pk__in=in_effect(organisation.pk))
    speaking = used.filter(Q(edges__profile=profile.identifier) | Q(links__isnull=False))
    return [
        {"name": each.identifier, "version": each.version, "digest": each.digest}
        for each in speaking.distinct()
    ]


def scan(run: ScanRun, budget: Budget) -> Scan:
    number = f"S-{run.pk}"
    outcomes = run.counts.get("outcomes", {})
    return {
        "number": number,
        "tool": run.tool or run.format,
        "version": run.tool_version,
        "started_at": iso(run.started_at or run.scanned_at),
        "finished_at": iso(run.finished_at),
        "imported_by": run.imported_by.name if run.imported_by else "",
        "targets": [str(target.get("name") or target.get("key", "")) for target in run.targets],
        "counts": _counts(outcomes),
        "findings": int(outcomes.get(Outcome.FAIL, 0)),
        "file": budget.file(SCANS_FOLDER, number, run.name, run.blob),
    }


def _counts(outcomes: dict[str, int]) -> Counts:
    """Errors and suppressed checks need a person's eye, as the manual ones do."""
    by_hand = (Outcome.MANUAL, Outcome.ERROR, Outcome.SUPPRESSED)
    return {
        "passed": int(outcomes.get(Outcome.PASS, 0)),
        "failed": int(outcomes.get(Outcome.FAIL, 0)),
        "not_applicable": int(outcomes.get(Outcome.NOT_APPLICABLE, 0)),
        "manual": sum(int(outcomes.get(outcome, 0)) for outcome in by_hand),
    }


def _results(runs: list[ScanRun], profile: Profile) -> QuerySet[CheckResult]:
    return CheckResult.objects.filter(
        so_said(), run__in=[run.pk for run in runs], rule__mappings__requirement__profile=profile
    )


def _checks(runs: list[ScanRun], profile: Profile) -> dict[int, list[Check]]:
    counted: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    rows = _results(runs, profile).order_by().values_list(_REQUIREMENT, "run", "outcome")
    for requirement, run, outcome, number in rows.annotate(number=Count("pk")):
        counted[requirement, run][outcome] = number
    examples = _examples(runs, profile)
    by_pk = {run.pk: run for run in runs}
    found: dict[int, list[Check]] = defaultdict(list)
    for requirement, run in sorted(counted):
        check = _check(by_pk[run], counted[requirement, run], examples[requirement, run])
        found[requirement].append(check)
    return found


def _check(run: ScanRun, outcomes: dict[str, int], failing: list[str]) -> Check:
    return {
        "tool": f"{run.tool or run.format} {run.tool_version}".strip(),
        "at": iso(run.scanned_at),
        "counts": _counts(outcomes),
        "failing": failing,
    }


def _examples(runs: list[ScanRun], profile: Profile) -> dict[tuple[int, int], list[str]]:
    failures = _results(runs, profile).filter(outcome=Outcome.FAIL)
    rank = Window(RowNumber(), partition_by=[F(_REQUIREMENT), F("run")], order_by=F("pk").asc())
    rows = failures.annotate(rank=rank).filter(rank__lte=_EXAMPLES).order_by("pk")
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for requirement, run, title, asset in rows.values_list(
        _REQUIREMENT, "run", "title", "asset__name"
    ):
        found[requirement, run].append(f"{title} ({asset})")
    return found


def _findings(organisation: Organisation, profile: Profile) -> list[FindingRow]:
    mapped = RuleMapping.objects.filter(requirement__profile=profile)
    meant = Meaning.objects.filter(requirement__profile=profile)
    return list(
        FindingRow.objects.filter(violating(meant), organisation=organisation)
        .select_related("asset", "rule", "triaged_by")
        .prefetch_related("tasks")
        .prefetch_related(
            Prefetch(
                "rule__mappings",
                mapped.select_related("requirement", "edge"),
                to_attr="mapped",
            )
        )
        .order_by("number")
    )


def _mapped(row: FindingRow) -> list[RuleMapping]:
    """The requirements that the finding violates, by mappings whose conditions it meets."""
    mapped: list[RuleMapping] = row.rule.mapped  # type: ignore[attr-defined]
    return [each for each in mapped if each.counts_for(row)]


def _finding(row: FindingRow) -> Finding:
    mapped = _mapped(row)
    return {
        "number": row.code,
        "title": row.title,
        "asset": str(row.asset),
        "severity": row.severity,
        "state": row.state,
        "requirements": [each.requirement.code for each in mapped],
        "path": " → ".join(mapped[0].path) if mapped else "",
        "first_seen": iso(row.first_seen_at),
        "last_seen": iso(row.last_seen_at),
    }


def _is_accepted_alone(row: FindingRow) -> bool:
    """A finding whose task carries the acceptance is listed with the task."""
    return row.state == FindingState.RISK_ACCEPTED and not any(
        task.state == "risk_accepted" for task in row.tasks.all()
    )


def _risk(row: FindingRow) -> AcceptedRisk:
    return {
        "number": row.code,
        "requirement": ", ".join(each.requirement.code for each in _mapped(row)),
        "title": row.title,
        "reason": row.reason,
        "approver": row.triaged_by.name if row.triaged_by else "",
        "approved_at": iso(row.triaged_at),
        "expires": iso(row.accepted_until),
    }
