"""Reads across runs, findings and requirements."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from compliance.accounts.models import Organisation, User
from compliance.requirements import limits
from compliance.requirements.models import Profile, Requirement
from compliance.requirements.registries import Ids
from compliance.requirements.versions import of_current_profiles
from compliance.scans import counting
from compliance.scans.models import (
    CheckResult,
    Effect,
    Finding,
    FindingState,
    Meaning,
    Rule,
    RuleMapping,
    RunState,
    ScanRun,
)
from compliance.scans.records import Outcome
from compliance.shared.severity import Severity

_VIOLATES = (Effect.VIOLATES, Effect.BOTH)
_EVIDENCES = (Effect.EVIDENCES, Effect.BOTH)


def on_such_an_asset(prefix: str = "rule__mappings__") -> Q:
    """The finding or check result stands on an asset of the kind that its mapping asks for."""
    kind = f"{prefix}edge__asset_kind"
    return Q(**{kind: ""}) | Q(**{kind: F("asset__kind")})


def so_said(prefix: str = "rule__mappings__") -> Q:
    """The check result has the outcome, and stands on an asset, that its mapping asks for."""
    outcome = f"{prefix}edge__outcome"
    return (Q(**{outcome: ""}) | Q(**{outcome: F("outcome")})) & on_such_an_asset(prefix)


def violating(meanings: QuerySet[Meaning]) -> Exists:
    """One of *meanings*, with its conditions, says that the finding violates its requirement."""
    kind, outcome = OuterRef("asset__kind"), ["", Outcome.FAIL.value]
    least = Q(edge__minimum_severity="")
    for severity in Severity:
        least |= Q(edge__minimum_severity=severity, found__in=Severity.at_least(severity))
    found = ExpressionWrapper(OuterRef("severity"), output_field=CharField())
    return Exists(
        meanings.annotate(found=found)
        .filter(organisation=OuterRef("organisation"), number=OuterRef("meaning"))
        .filter(least, effect__in=_VIOLATES, edge__outcome__in=outcome)
        .filter(Q(edge__asset_kind="") | Q(edge__asset_kind=kind))
    )


def violates(
    organisation: Organisation, requirement_id: int, meanings: Iterable[int] | None = None
) -> Q:
    """The finding violates the requirement. `Standing` names the *meanings* that may say so; without
    it they are asked for now.

    By name, because how many findings mean them decides how PostgreSQL looks for the newest: it
    knows that of names, and guesses of what a query inside finds.
    """
    said = Meaning.objects.filter(organisation=organisation, requirement=requirement_id)
    named = said.values_list("number", flat=True) if meanings is None else meanings
    return Q(meaning__in=sorted(named)) & Q(violating(said))


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
    return found.filter(violating(Meaning.objects.filter(requirement__profile=profile)))


def findings_of(
    organisation: Organisation, requirement: Requirement, meanings: Iterable[int] | None = None
) -> QuerySet[Finding]:
    """Every finding mapped to the requirement, whatever its state; *meanings* as for `violates`."""
    found = violates(organisation, requirement.pk, meanings)
    rows = Finding.objects.filter(found, organisation=organisation)
    return rows.select_related("rule", "asset", "last_run", "fixed_run")


def results_of(organisation: Organisation, requirement: Requirement) -> QuerySet[CheckResult]:
    """Check results of imported runs mapped to the requirement, latest runs first."""
    return (
        CheckResult.objects.filter(
            so_said(),
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


def latest_runs(organisation: Organisation) -> list[int]:
    """The last imported run of each format and set of targets: what holds today."""
    runs = ScanRun.objects.imported().filter(organisation=organisation).order_by("-pk")
    return sorted(_latest(runs.values_list("pk", "format", "targets")))


def _latest(newest_first: Iterable[tuple[int, str, list[dict[str, str]]]]) -> list[int]:
    found: dict[tuple[str, str], int] = {}
    for pk, form, targets in newest_first:
        key = ",".join(sorted(f"{t['kind']}:{t['key']}" for t in targets))
        found.setdefault((form, key), pk)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """What scans say of one requirement: open findings by severity, check results by outcome."""

    severities: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    closed: int = 0
    # Runs that hold today.
    runs: frozenset[int] = frozenset()
    # What may speak of it: numbers of `Meaning`.
    meanings: frozenset[int] = frozenset()

    @property
    def open(self) -> int:
        return sum(self.severities.values())


def standing(organisation: Organisation, requirement_ids: Ids) -> dict[int, Standing]:
    """{requirement id: Standing} in one query; passes that prove nothing left out.

    Three small tables come in one: which run of a target is the latest is told by a list inside
    JSON, so the newest runs travel along and are told apart here.
    """
    rows = counting.standing(organisation, requirement_ids)
    runs = [(run, form, json.loads(targets)) for run, _id, form, targets, _n in rows if targets]
    latest = frozenset(_latest(sorted(runs, key=lambda each: -each[0])))
    meanings: dict[int, set[int]] = defaultdict(set)
    severities: dict[int, dict[str, int]] = defaultdict(dict)
    outcomes: dict[int, dict[str, int]] = defaultdict(dict)
    for run, requirement_id, word, targets, number in rows:
        if word == counting.MEANS:
            meanings[requirement_id].add(number)
        elif not targets and (not run or run in latest):
            counted = (outcomes if run else severities)[requirement_id]
            counted[word] = counted.get(word, 0) + number
    return {
        each: Standing(
            closed=severities[each].pop(_CLOSED, 0),
            severities=severities[each],
            outcomes=outcomes[each],
            runs=latest,
            meanings=frozenset(meanings[each]),
        )
        for each in {*severities, *outcomes}
    }


_CLOSED = "closed"


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


def by_check(findings: QuerySet[Finding]) -> QuerySet[Any, Any]:
    """*findings* as one row a check: how many, on how many assets, how bad the worst is.

    A view alone: each finding keeps its own identity. The worst first, then the most frequent.
    """
    rank = Case(
        *[When(severity=severity, then=Value(severity.rank)) for severity in Severity],
        output_field=IntegerField(),
    )
    return (
        findings.order_by()
        .values("rule", "rule__code", "rule__title", "rule__tool")
        .annotate(
            number=Count("pk", distinct=True),
            open=Count("pk", distinct=True, filter=Q(state=FindingState.OPEN)),
            assets=Count("asset", distinct=True),
            worst=Max(rank),
            oldest=Min("first_seen_at"),
        )
        .order_by("-worst", "-number", "rule__tool", "rule__code")
    )


def mappings_shown(organisation: Organisation, user: User) -> QuerySet[RuleMapping]:
    """Mappings to requirements of profiles worked with; what another platform asks is no news."""
    opened = limits.opened(user, organisation)
    if opened is not None:
        rows = RuleMapping.objects.filter(requirement__profile__in=opened.values("profile"))
        return rows.select_related("requirement__profile", "edge__set")
    rows = RuleMapping.objects.filter(
        requirement__profile__adoptions__organisation=organisation,
        requirement__profile__adoptions__ended_at__isnull=True,
    )
    return rows.select_related("requirement__profile", "edge__set").order_by(
        "requirement__profile__adoptions__adopted_at", "requirement__order"
    )


def tools(organisation: Organisation) -> list[str]:
    """The tools whose checks the organisation knows, each found by one look into their index."""
    statement = """
        WITH RECURSIVE each_tool (tool) AS (
            SELECT MIN(tool) FROM scans_rule WHERE organisation_id = %(organisation)s
            UNION ALL
            SELECT (
                SELECT MIN(tool) FROM scans_rule
                WHERE organisation_id = %(organisation)s AND tool > each_tool.tool
            ) FROM each_tool WHERE each_tool.tool IS NOT NULL
        )
        SELECT tool FROM each_tool WHERE tool IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organisation": organisation.pk})
        return [tool for (tool,) in cursor.fetchall()]


def requirements_spoken_of(organisation: Organisation) -> QuerySet[Requirement]:
    """Requirements of profiles worked with that failures of the organisation's checks violate."""
    used = Rule.objects.filter(organisation=organisation).order_by().values("meaning").distinct()
    violated = Meaning.objects.filter(
        organisation=organisation,
        number__in=used,
        requirement=OuterRef("pk"),
        effect__in=_VIOLATES,
    )
    current = Requirement.objects.filter(profile__in=of_current_profiles(organisation))
    return current.filter(Exists(violated)).only("pk", "code")
