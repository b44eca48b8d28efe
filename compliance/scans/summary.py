"""Counting what a scan result holds, without keeping it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

from compliance.scans.records import Outcome, Problem, Record, Row, Run

SHOWN_PROBLEMS = 20
RECENT = 10_000


class Distinct:
    """Counts different values by their hashes, eight bytes each: a file may have one a row."""

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._older = array("q")

    def add(self, value: Hashable) -> bool:
        """True if it is new."""
        mark = hash(value)
        if mark in self._recent:
            return False
        at = bisect_left(self._older, mark)
        if at < len(self._older) and self._older[at] == mark:
            return False
        self._recent.add(mark)
        if len(self._recent) > RECENT:
            self._older = array("q", merge(self._older, sorted(self._recent)))
            self._recent.clear()
        return True

    def __len__(self) -> int:
        return len(self._recent) + len(self._older)


@dataclass(slots=True)
class Summary:
    """The counts of one file."""

    run: Run | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    tools: set[str] = field(default_factory=set)
    assets: Distinct = field(default_factory=lambda: Distinct())
    rules: Distinct = field(default_factory=lambda: Distinct())
    refs: Distinct = field(default_factory=lambda: Distinct())
    namespaces: Counter[str] = field(default_factory=Counter)
    suspicious: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, record: Record) -> None:
        if isinstance(record, Row):
            self._row(record)
        elif isinstance(record, Problem):
            self.problem_count += 1
            if len(self.problems) < SHOWN_PROBLEMS:
                self.problems.append(record)
        else:
            self.run = record
            for seen in record.targets:
                self.assets.add((seen.kind, seen.key))

    def _row(self, row: Row) -> None:
        self.outcomes[row.outcome.value] += 1
        if row.outcome is Outcome.FAIL:
            self.severities[row.severity.value] += 1
        self.assets.add((row.asset.kind, row.asset.key))
        self.rules.add((row.tool, row.rule))
        self.tools.add(row.tool)
        for ref in row.refs:
            if self.refs.add(ref):
                self.namespaces[ref.partition(":")[0]] += 1
        self.suspicious += row.suspicious

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; times are ISO 8601 with offset."""
        run = self.run or Run("", "")
        return {
            "format": run.format,
            "tool": run.tool,
            "tool_version": run.tool_version,
            "started_at": run.started_at.isoformat() if run.started_at else None,
            "finished_at": run.finished_at.isoformat() if run.finished_at else None,
            "complete": run.complete,
            "rows": sum(self.outcomes.values()),
            "outcomes": {outcome.value: self.outcomes[outcome.value] for outcome in Outcome},
            "failures_by_severity": dict(self.severities),
            "suspicious": self.suspicious,
            "assets": len(self.assets),
            "rules": len(self.rules),
            "references": dict(sorted(self.namespaces.items())),
            "skipped": run.skipped,
            "notes": list(run.notes),
            "problems": self.problem_count,
            "problem_list": [
                {"position": p.position, "reason": p.reason, "excerpt": p.excerpt}
                for p in self.problems
            ],
        }


def summarise(records: Iterable[Record]) -> Summary:
    summary = Summary()
    for record in records:
        summary.add(record)
    return summary
