"""Reads across runs, findings and requirements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from compliance.accounts.models import Organisation
from compliance.requirements.models import Profile, Requirement
from compliance.scans.models import (
    CheckResult,
    Effect,
    Finding,
    FindingState,
    Rule,
    RuleMapping,
    RunState,
    ScanRun,
)
from compliance.scans.records import Outcome
from compliance.shared.severity import Severity

_VIOLATES = (Effect.VIOLATES, Effect.BOTH)
_EVIDENCES = (Effect.EVIDENCES, Effect.BOTH)


def severe_enough(prefix: str = "rule__mappings__") -> Q:
    """The finding is as severe, and on such an asset, as its mapping asks for."""
    condition = Q(**{f"{prefix}edge__minimum_severity": ""})
    for least in Severity:
        condition |= Q(
            **{f"{prefix}edge__minimum_severity": least, "severity__in": Severity.at_least(least)}
        )
    return condition & on_such_an_asset(prefix)


def on_such_an_asset(prefix: str = "rule__mappings__") -> Q:
    """The finding or check result stands on an asset of the kind that its mapping asks for."""
    kind = f"{prefix}edge__asset_kind"
    return Q(**{kind: ""}) | Q(**{kind: F("asset__kind")})


def open_findings(
    organisation: Organisation, profile: Profile | None = None, *, least: str = Severity.INFO
) -> QuerySet[Finding]:
    """Open findings from severity *least* up; with *profile*, those that violate one of its items."""
    found = (
        Finding.objects.filter(organisation=organisation, severity__in=Severity.at_least(least))
        .open()
        .select_related("rule", "asset", "last_run")
    )
    if profile is None:
        return found
    violated = RuleMapping.objects.filter(
        rule=OuterRef("rule"), requirement__profile=profile, effect__in=_VIOLATES
    )
    return found.filter(Exists(violated))


def findings_of(organisation: Organisation, requirement: Requirement) -> QuerySet[Finding]:
    """Every finding mapped to the requirement, whatever its state."""
    return (
        Finding.objects.filter(
            severe_enough(),
            organisation=organisation,
            rule__mappings__requirement=requirement,
            rule__mappings__effect__in=_VIOLATES,
        )
        .select_related("rule", "asset", "last_run", "fixed_run")
        .distinct()
    )


def results_of(organisation: Organisation, requirement: Requirement) -> QuerySet[CheckResult]:
    """Check results of imported runs mapped to the requirement, latest runs first."""
    return (
        CheckResult.objects.filter(
            on_such_an_asset(),
            run__organisation=organisation,
            run__state=RunState.IMPORTED,
            rule__mappings__requirement=requirement,
        )
        .select_related("rule", "asset", "run")
        .order_by("-run_id", "pk")
    )


def mappings_of(organisation: Organisation, requirement: Requirement) -> QuerySet[RuleMapping]:
    """Why rules of the organisation speak about the requirement."""
    return RuleMapping.objects.filter(
        rule__organisation=organisation, requirement=requirement
    ).select_related("rule", "edge__set")


def open_counts(organisation: Organisation, requirement_ids: Iterable[int]) -> dict[int, int]:
    """{requirement id: number of open findings that violate it}; one query."""
    rows = (
        Finding.objects.filter(
            severe_enough(),
            organisation=organisation,
            state=FindingState.OPEN,
            rule__mappings__requirement__in=list(requirement_ids),
            rule__mappings__effect__in=_VIOLATES,
        )
        .values_list("rule__mappings__requirement")
        .annotate(n=Count("pk", distinct=True))
    )
    return dict(rows)


def latest_runs(organisation: Organisation) -> list[int]:
    """The last imported run of each format and set of targets: what holds today."""
    newest: dict[tuple[str, str], int] = {}
    runs = ScanRun.objects.imported().filter(organisation=organisation)
    for pk, form, targets in runs.order_by("-pk").values_list("pk", "format", "targets"):
        key = ",".join(sorted(f"{t['kind']}:{t['key']}" for t in targets))
        newest.setdefault((form, key), pk)
    return sorted(newest.values())


def outcome_counts(
    organisation: Organisation, requirement_ids: Iterable[int]
) -> dict[int, dict[str, int]]:
    """{requirement id: {outcome: number}} over the latest runs; passes that prove nothing left out."""
    rows = (
        CheckResult.objects.filter(
            on_such_an_asset(),
            run__in=latest_runs(organisation),
            suspicious=False,
            rule__mappings__requirement__in=list(requirement_ids),
            rule__mappings__effect__in=_EVIDENCES,
        )
        .values_list("rule__mappings__requirement", "outcome")
        .annotate(n=Count("pk"))
    )
    found: dict[int, dict[str, int]] = {}
    for requirement_id, outcome, number in rows:
        found.setdefault(requirement_id, {})[outcome] = number
    return found


def worst_open(
    organisation: Organisation, requirement_ids: Iterable[int]
) -> dict[int, dict[str, int]]:
    """{requirement id: {severity: number of open findings}}; one query."""
    rows = (
        Finding.objects.filter(
            severe_enough(),
            organisation=organisation,
            state=FindingState.OPEN,
            rule__mappings__requirement__in=list(requirement_ids),
            rule__mappings__effect__in=_VIOLATES,
        )
        .values_list("rule__mappings__requirement", "severity")
        .annotate(n=Count("pk", distinct=True))
    )
    found: dict[int, dict[str, int]] = {}
    for requirement_id, severity, number in rows:
        found.setdefault(requirement_id, {})[severity] = number
    return found


def unmapped_rules(organisation: Organisation) -> QuerySet[Rule]:
    """Rules that no mapping knows, with how often they failed; the most frequent first."""
    return (
        Rule.objects.filter(organisation=organisation, mappings__isnull=True)
        .annotate(
            failures=Count("results", filter=Q(results__outcome=Outcome.FAIL)),
            rows=Count("results"),
        )
        .filter(rows__gt=0)
        .order_by("-failures", "-rows", "tool", "code")
    )


def mapping_coverage(organisation: Organisation) -> list[dict[str, Any]]:
    """For each tool: rules known, and how many of them are mapped."""
    rows = (
        Rule.objects.filter(organisation=organisation)
        .values("tool")
        .annotate(
            total=Count("pk", distinct=True),
            mapped=Count("pk", filter=Q(mappings__isnull=False), distinct=True),
        )
        .order_by("tool")
    )
    return [dict(row) for row in rows]
