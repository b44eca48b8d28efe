"""From check results to findings: new, seen again, reopened, and gone.

A finding is closed only by a complete scan that covered it. Severity and text are refreshed; the
finding keeps its number, its clock and what people decided about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TypeVar

from django.db.models import Max, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.scans import mapping, parsers
from compliance.scans.models import (
    Asset,
    CheckResult,
    Finding,
    FindingState,
    Observation,
    ScanRun,
)
from compliance.scans.records import Outcome
from compliance.scans.states import CLOSED_BY_SCAN
from compliance.shared.severity import Severity

BATCH = 1000
T = TypeVar("T")
_STILL_THERE = (Outcome.FAIL, Outcome.SUPPRESSED, Outcome.MANUAL, Outcome.ERROR)
_GONE = (Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(slots=True)
class Changes:
    """What a run did to the findings."""

    new: int = 0
    unchanged: int = 0
    reopened: int = 0
    fixed: int = 0
    not_retested: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Matcher:
    """Matches the results of one run. Runs inside the transaction of the import."""

    def __init__(self, run: ScanRun, *, scope: tuple[str, ...], assets: Iterable[Asset]) -> None:
        self.run = run
        self.scope = frozenset(scope)
        self.assets = [asset.pk for asset in assets]
        self.moment = run.scanned_at
        self.changes = Changes()
        # Numbers run on without gaps in an organisation: imports queue here.
        Organisation.objects.select_for_update().get(pk=run.organisation_id)
        self.number = self._last_number()

    def match(self) -> Changes:
        failed = self.run.results.filter(outcome=Outcome.FAIL).select_related("rule")
        for results in batches(failed.order_by("pk").iterator(chunk_size=BATCH)):
            self._failures(results)
        if self.run.complete:
            self._passes()
            self._absences()
        return self.changes

    def _last_number(self) -> int:
        found = Finding.objects.filter(organisation=self.run.organisation_id)
        return found.aggregate(last=Max("number"))["last"] or 0

    # What is there

    def _failures(self, results: list[CheckResult]) -> None:
        worst = _worst(results)
        known = {
            finding.fingerprint: finding
            for finding in Finding.objects.filter(
                organisation=self.run.organisation_id, fingerprint__in=worst
            )
        }
        created = [self._new(r) for mark, r in worst.items() if mark not in known]
        Finding.objects.bulk_create(created, batch_size=BATCH)
        self._seen_again(known, worst)
        findings = {f.fingerprint: f for f in [*created, *known.values()]}
        self._observe(
            Observation(
                finding=findings[mark],
                run=self.run,
                outcome=Outcome.FAIL,
                severity=findings[mark].severity,
                excerpt=result.excerpt,
            )
            for mark, result in worst.items()
        )

    def _new(self, result: CheckResult) -> Finding:
        self.number += 1
        self.changes.new += 1
        return Finding(
            organisation_id=self.run.organisation_id,
            number=self.number,
            fingerprint=result.fingerprint,
            format=self.run.format,
            rule=result.rule,
            asset_id=result.asset_id,
            first_seen_at=self.moment,
            last_seen_at=self.moment,
            first_run=self.run,
            last_run=self.run,
            **_words_of(result),
        )

    def _seen_again(self, known: dict[str, Finding], worst: dict[str, CheckResult]) -> None:
        touched: list[Finding] = []
        changed: list[Finding] = []
        for mark, finding in known.items():
            if finding.last_run_id == self.run.pk:
                continue  # the same finding in an earlier batch of this run
            if finding.last_seen_at > self.moment:
                self.changes.unchanged += 1  # an older scan says nothing about today
                continue
            different = self._refresh(finding, worst[mark])
            (changed if different else touched).append(finding)
        Finding.objects.filter(pk__in=[f.pk for f in touched]).update(
            last_seen_at=self.moment, last_run=self.run
        )
        Finding.objects.bulk_update(changed, _REFRESHED, batch_size=BATCH)

    def _refresh(self, finding: Finding, result: CheckResult) -> bool:
        """Bring the finding up to the result; True if more than the time changed."""
        before = [getattr(finding, name) for name in _COMPARED]
        finding.last_seen_at, finding.last_run = self.moment, self.run
        for name, value in _words_of(result).items():
            setattr(finding, name, value)
        if self._comes_back(finding):
            finding.state, finding.reason = FindingState.OPEN, ""
            finding.fixed_run, finding.fixed_at, finding.accepted_until = None, None, None
            finding.reopened += 1
            self.changes.reopened += 1
        else:
            self.changes.unchanged += 1
        return before != [getattr(finding, name) for name in _COMPARED]

    def _comes_back(self, finding: Finding) -> bool:
        if finding.state == FindingState.RISK_ACCEPTED:
            until = finding.accepted_until
            return until is not None and until < timezone.localdate()
        return finding.state == FindingState.FIXED

    # What is gone

    def _closable(self) -> QuerySet[Finding]:
        """Findings that this run may close, if it covered them."""
        there = self.run.results.filter(outcome__in=_STILL_THERE).values("fingerprint")
        return Finding.objects.filter(
            organisation=self.run.organisation_id,
            format=self.run.format,
            asset__in=self.assets,
            state__in=CLOSED_BY_SCAN,
            last_seen_at__lte=self.moment,
        ).exclude(fingerprint__in=there)

    def _passes(self) -> None:
        """The same check of the same place passed. A suspicious pass proves nothing."""
        passed = self.run.results.filter(outcome__in=_GONE, suspicious=False).values("fingerprint")
        self._close(list(self._closable().filter(fingerprint__in=passed)))

    def _absences(self) -> None:
        """Not in the file, although the scan looked there."""
        covers = parsers.parsers()[self.run.format].covers
        tools = set(self.run.counts.get("tools", []))
        doubted = self.run.results.filter(suspicious=True).values("fingerprint")
        rest = self._closable().exclude(fingerprint__in=doubted).select_related("rule")
        gone = [
            finding
            for finding in rest
            if finding.rule.tool in tools
            and covers(self.scope, finding.rule.code, tuple(finding.place))
        ]
        self._close(gone)
        self.changes.not_retested = self._closable().filter(state=FindingState.OPEN).count()

    def _close(self, findings: list[Finding]) -> None:
        for part in batches(iter(findings)):
            Finding.objects.filter(pk__in=[f.pk for f in part], state__in=CLOSED_BY_SCAN).update(
                state=FindingState.FIXED, fixed_run=self.run, fixed_at=self.moment, reason=""
            )
            self._observe(
                Observation(
                    finding=finding, run=self.run, outcome=Outcome.PASS, severity=finding.severity
                )
                for finding in part
            )
        self.changes.fixed += len(findings)

    def _observe(self, observations: Iterable[Observation]) -> None:
        Observation.objects.bulk_create(observations, batch_size=BATCH, ignore_conflicts=True)


_COMPARED = (
    "title",
    "location",
    "excerpt",
    "reported_severity",
    "severity",
    "state",
)
_REFRESHED = [
    *_COMPARED,
    "place",
    "reason",
    "last_seen_at",
    "last_run",
    "fixed_run",
    "fixed_at",
    "accepted_until",
    "reopened",
]


def _words_of(result: CheckResult) -> dict[str, object]:
    """What a finding takes over from the latest result."""
    return {
        "title": result.title,
        "location": result.location,
        "place": result.place,
        "excerpt": result.excerpt,
        "reported_severity": result.severity,
        "severity": mapping.raised(result.severity, result.rule.raise_to),
    }


def _worst(results: list[CheckResult]) -> dict[str, CheckResult]:
    """One result a fingerprint: the most severe, the first of equals."""
    worst: dict[str, CheckResult] = {}
    for result in results:
        other = worst.get(result.fingerprint)
        if other is None or not Severity(other.severity).reaches(result.severity):
            worst[result.fingerprint] = result
    return worst


def batches(items: Iterator[T]) -> Iterator[list[T]]:
    """Lists of up to BATCH items."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
