"""Reads that set scans, assets and requirements beside each other."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.requirements.models import Requirement
from compliance.scans import counting
from compliance.scans.models import (
    Asset,
    CheckResult,
    Finding,
    ScanRun,
)
from compliance.scans.records import Outcome
from compliance.shared.severity import Severity

WEEKS = 12
# Columns of the heat map; the assets with the most open findings come first.
MOST_ASSETS = 12


def comparable(run: ScanRun) -> QuerySet[ScanRun]:
    """Other imported runs of the same format, the newest first."""
    others = ScanRun.objects.imported().filter(organisation=run.organisation_id, format=run.format)
    return others.exclude(pk=run.pk).order_by("-pk")


def former(run: ScanRun) -> ScanRun | None:
    """The run before this one over the same targets, else the one before it, else any other."""
    earlier = comparable(run).filter(pk__lt=run.pk)
    same = (each for each in earlier[:50] if each.targets == run.targets)
    return next(same, None) or earlier.first() or comparable(run).first()


@dataclass(frozen=True, slots=True)
class Side:
    """Failures that are in one of two runs, or in both: their number and, sliced, their results."""

    ids: QuerySet[CheckResult, int]
    number: int

    def count(self) -> int:
        return self.number

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, part: slice) -> list[CheckResult]:
        chosen = list(self.ids[part])
        found = CheckResult.objects.select_related("rule", "asset").in_bulk(chosen)
        return [found[pk] for pk in chosen]


def sides(run: ScanRun, other: ScanRun) -> dict[str, Side]:
    """Failures by where they are: "appeared" in *run* alone, "gone" from it, or in "both".

    Each is told by its fingerprint and shown by its first result. One pass over both runs groups
    them: a join of two large runs is quadratic until the database knows how large they are.
    """
    failures = CheckResult.objects.filter(run__in=[run, other], outcome=Outcome.FAIL)
    grouped = (
        failures.order_by()
        .values("fingerprint")
        .annotate(here=Min("pk", filter=Q(run=run)), there=Min("pk", filter=Q(run=other)))
    )
    only_here, only_there = Q(there__isnull=True), Q(here__isnull=True)
    parts = {
        "appeared": (only_here, "here"),
        "gone": (only_there, "there"),
        "both": (~only_here & ~only_there, "here"),
    }
    counts = grouped.aggregate(
        **{name: Count("fingerprint", filter=where) for name, (where, _first) in parts.items()}
    )
    return {
        name: Side(
            grouped.filter(where).order_by(first).values_list(first, flat=True), counts[name]
        )
        for name, (where, first) in parts.items()
    }


@dataclass(frozen=True, slots=True)
class Cell:
    """Open findings of one asset that violate one requirement."""

    asset_id: int
    worst: str
    number: int

    @property
    def label(self) -> str:
        return str(Severity(self.worst).label)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows of (requirement, a cell or nothing for each asset); `others` is left out for room."""

    assets: list[Asset]
    rows: list[tuple[Requirement, list[Cell | None]]]
    others: int


def heat_map(organisation: Organisation) -> HeatMap:
    """Requirement × asset by the worst open finding. Three queries."""
    counted = counting.violated(organisation, ("requirement", "asset", "severity"))
    cells: dict[tuple[int, int], Cell] = {}
    totals: dict[int, int] = {}
    for requirement_id, asset_id, severity, number in counted:
        old = cells.get((requirement_id, asset_id), Cell(asset_id, Severity.INFO, 0))
        worst = severity if Severity(severity).reaches(old.worst) else old.worst
        cells[requirement_id, asset_id] = Cell(asset_id, worst, old.number + number)
        totals[asset_id] = totals.get(asset_id, 0) + number
    shown = sorted(totals, key=lambda pk: (-totals[pk], pk))[:MOST_ASSETS]
    assets = sorted(Asset.objects.filter(pk__in=shown), key=lambda asset: shown.index(asset.pk))
    requirements = Requirement.objects.filter(pk__in={pk for pk, _asset in cells})
    rows = [
        (requirement, [cells.get((requirement.pk, asset.pk)) for asset in assets])
        for requirement in requirements.select_related("profile").order_by("profile", "order")
    ]
    return HeatMap(assets, rows, len(totals) - len(shown))


def open_by_week(organisation: Organisation) -> list[tuple[datetime, int, int]]:
    """(moment, findings not fixed then, of these high or critical), oldest first; one query.

    What a person decided in between does not count: the line shows what scans saw.
    """
    now = timezone.now()
    moments = [now - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    every, serious = [0] * WEEKS, [0] * WEEKS
    stood = (
        Finding.objects.filter(organisation=organisation)
        .order_by()
        .values_list("first_seen_at", "fixed_at", "severity")
        .annotate(n=Count("*"))
    )
    for seen, fixed, severity, number in stood:
        began = bisect_left(moments, seen)
        ended = WEEKS if fixed is None else bisect_left(moments, fixed)
        for at in range(began, ended):
            every[at] += number
            serious[at] += number * Severity(severity).reaches(Severity.HIGH)
    return list(zip(moments, every, serious, strict=True))
