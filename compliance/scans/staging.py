"""Writing the rows of a run, some thousand at a time, each batch in a few queries.

The rows count for nothing until the run is imported; a run that fails loses them again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection, transaction

from compliance.accounts.models import Organisation
from compliance.scans import mapping
from compliance.scans.models import Asset, CheckResult, QuarantinedRow, Rule, ScanRun
from compliance.scans.records import Problem, Row, Seen
from compliance.shared import bulk

BATCH = 1000
MOST_REFS = 200
# Rules and assets remembered between batches; a file may have one rule a row.
MOST_KNOWN = 5_000

RESULT = (
    "run",
    "rule",
    "asset",
    "outcome",
    "severity",
    "tool_severity",
    "location",
    "place",
    "title",
    "excerpt",
    "position",
    "suspicious",
    "exploited",
    "epss",
    "fingerprint",
)
RULE = ("id", "organisation", "tool", "code", "title", "refs", "raise_to", "resolved", "meaning")


def fingerprint(identity: Iterable[str]) -> str:
    """SHA-256 of the stable keys, each with its length before it, so that no two run together."""
    parts = [part.encode("utf-8", "replace") for part in identity]
    return hashlib.sha256(b"".join([b"%d:%b" % (len(part), part) for part in parts])).hexdigest()


@dataclass(slots=True)
class _Known:
    """A rule as the database has it."""

    pk: int
    title: str
    refs: tuple[str, ...]


class Stage:
    """Takes rows and problems of one run and writes them in batches.

    On PostgreSQL a thread writes a batch while the next one is read: use it as a context. SQLite
    has one writer and little to wait for, and a transaction of the caller's has its connection.
    """

    def __init__(self, run: ScanRun) -> None:
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self.writer = Writer(run)
        alone = connection.vendor != "postgresql" or connection.in_atomic_block
        self.thread = None if alone else ThreadPoolExecutor(1, thread_name_prefix="scan-rows")
        self.writing: Future[None] | None = None

    def row(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) >= BATCH:
            self._write()

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= BATCH:
            self._write()

    def flush(self) -> None:
        """Write what is left; raises what writing raised."""
        self._write()
        self._wait()

    def _write(self) -> None:
        rows, problems = self.rows, self.problems
        self.rows, self.problems = [], []
        self._wait()
        if self.thread is None:
            self.writer.write(rows, problems)
        else:
            self.writing = self.thread.submit(self.writer.write, rows, problems)

    def _wait(self) -> None:
        """One batch is written while another is read, never more."""
        writing, self.writing = self.writing, None
        if writing is not None:
            writing.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        if self.thread is not None:
            self.thread.submit(lambda: connection.close())  # the thread's own, so looked up there
            self.thread.shutdown(wait=True)


class Writer:
    """Writes batches of one run, and remembers rules and assets between them."""

    def __init__(self, run: ScanRun) -> None:
        self.run = run
        self.assets: dict[tuple[str, str], int] = {}
        self.rules: dict[tuple[str, str], _Known] = {}
        self.naming: mapping.Naming | None = None

    @transaction.atomic
    def write(self, rows: list[Row], problems: list[Problem]) -> None:
        self._queue()
        if len(self.rules) > MOST_KNOWN:
            self.rules.clear()
        self.cover(row.asset for row in rows)
        self._know_rules(rows)
        bulk.insert(CheckResult, RESULT, map(self._result, rows))
        bulk.insert(
            QuarantinedRow,
            ("run", "position", "reason", "excerpt"),
            [(self.run.pk, p.position[:60], p.reason[:200], p.excerpt) for p in problems],
        )

    def _queue(self) -> None:
        """Imports of one organisation name new rules and assets one after the other."""
        Organisation.objects.select_for_update().get(pk=self.run.organisation_id)

    def cover(self, seen: Iterable[Seen]) -> list[int]:
        """Make sure that the assets have rows; their numbers. The caller has queued."""
        wanted = {asset_key(each): each for each in seen}
        if len(self.assets) > MOST_KNOWN:
            self.assets.clear()
        if missing := {key: each for key, each in wanted.items() if key not in self.assets}:
            self._find_assets(missing)
        if new := {key: each for key, each in missing.items() if key not in self.assets}:
            owner = self.run.organisation_id
            bulk.insert(
                Asset,
                ("organisation", "kind", "key", "name"),
                [(owner, *key, each.name[:300] or key[1]) for key, each in new.items()],
            )
            self._find_assets(new)
        return [self.assets[key] for key in wanted]

    def _find_assets(self, wanted: dict[tuple[str, str], Seen]) -> None:
        found = Asset.objects.filter(
            organisation=self.run.organisation_id, key__in={key for _kind, key in wanted}
        )
        for pk, kind, key in found.values_list("pk", "kind", "key"):
            self.assets[kind, key] = pk

    def _know_rules(self, rows: list[Row]) -> None:
        missing: dict[tuple[str, str], Row] = {}
        for row in rows:
            if (key := rule_key(row)) not in self.rules:
                missing.setdefault(key, row)
        if missing:
            self._find_rules(missing)
        if new := {key: row for key, row in missing.items() if key not in self.rules}:
            self._name_rules(new)
        self._refresh_rules(rows, missing)

    def _find_rules(self, wanted: dict[tuple[str, str], Row]) -> None:
        """The wanted rules that the database has. Queries: one a tool, by the index of rules."""
        codes: dict[str, list[str]] = defaultdict(list)
        for tool, code in wanted:
            codes[tool].append(code)
        for tool, mine in codes.items():
            within: dict[str, bulk.Value] = {
                "organisation": self.run.organisation_id,
                "tool": tool,
            }
            names = ("id", "code", "title", "refs")
            for pk, code, title, stored in bulk.find(Rule, names, within, ("code", mine)):
                refs = wanted[tool, code].refs[:MOST_REFS]
                if bulk.array(refs) != stored:  # most often a rule refers to what it did before
                    refs = tuple(json.loads(stored))
                self.rules[tool, code] = _Known(pk, title, refs)

    def _name_rules(self, new: dict[tuple[str, str], Row]) -> None:
        """Write new rules with their mappings: most checks refer to what their first row says."""
        if self.naming is None:
            self.naming = mapping.Naming(self.run.organisation_id)
        owner, edition = self.run.organisation_id, self.naming.edition
        rules: list[tuple[bulk.Value, ...]] = []
        mappings: list[tuple[int, *mapping.Mapped]] = []
        for pk, (key, row) in zip(bulk.numbers(Rule, len(new)), new.items(), strict=True):
            title, refs = row.title[:300], row.refs[:MOST_REFS]
            mapped, raise_to, meaning = self.naming.look_up(*key, refs)
            rules.append((pk, owner, *key, title, bulk.array(refs), raise_to, edition, meaning))
            mappings += [(pk, *each) for each in mapped]
            self.rules[key] = _Known(pk, title, refs)
        bulk.insert(Rule, RULE, rules)
        self.naming.write(mappings)

    def _refresh_rules(self, rows: list[Row], first: dict[tuple[str, str], Row]) -> None:
        """Rules gather references; the title is that of the run's first row, unless just the code."""
        changed: dict[int, _Known] = {}
        for key, row in first.items():
            rule, title = self.rules[key], row.title[:300]
            if title not in (rule.title, row.rule):
                rule.title = title
                changed[rule.pk] = rule
        for row in rows:
            rule = self.rules[rule_key(row)]
            if row.refs == rule.refs or len(rule.refs) >= MOST_REFS:
                continue
            if not set(rule.refs).issuperset(row.refs):
                rule.refs = tuple(dict.fromkeys([*rule.refs, *row.refs]))[:MOST_REFS]
                changed[rule.pk] = rule
        Rule.objects.bulk_update(
            [
                Rule(pk=r.pk, title=r.title, refs=list(r.refs), resolved="")
                for r in changed.values()
            ],
            ["refs", "title", "resolved"],
            batch_size=500,
        )

    def _result(self, row: Row) -> tuple[Any, ...]:
        return (
            self.run.pk,
            self.rules[rule_key(row)].pk,
            self.assets[asset_key(row.asset)],
            row.outcome.value,
            row.severity.value,
            row.tool_severity[:300],
            row.location[:1000],
            bulk.array(row.place),
            row.title[:300],
            row.excerpt,
            row.position[:60],
            row.suspicious,
            row.exploited,
            row.epss,
            fingerprint(row.identity),
        )


def asset_key(seen: Seen) -> tuple[str, str]:
    return seen.kind, seen.key[:300]


def rule_key(row: Row) -> tuple[str, str]:
    return row.tool[:120], row.rule[:300]


def discard(run: ScanRun) -> None:
    """Forget what an earlier attempt wrote."""
    CheckResult.objects.filter(run=run).delete()
    QuarantinedRow.objects.filter(run=run).delete()
