"""Counting what a scan result holds, without keeping it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from compliance.scans.records import Outcome, Problem, Record, Row, Run

SHOWN_PROBLEMS = 20


@dataclass(slots=True)
class Summary:
    """The counts of one file."""

    run: Run | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    tools: set[str] = field(default_factory=set)
    # Distinct ones are told apart by their hash: a file may have one of each a row.
    assets: set[int] = field(default_factory=set)
    rules: set[int] = field(default_factory=set)
    refs: set[int] = field(default_factory=set)
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
            self.assets.update(hash((seen.kind, seen.key)) for seen in record.targets)

    def _row(self, row: Row) -> None:
        self.outcomes[row.outcome.value] += 1
        if row.outcome is Outcome.FAIL:
            self.severities[row.severity.value] += 1
        self.assets.add(hash((row.asset.kind, row.asset.key)))
        self.rules.add(hash((row.tool, row.rule)))
        self.tools.add(row.tool)
        for ref in row.refs:
            if (mark := hash(ref)) not in self.refs:
                self.refs.add(mark)
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
