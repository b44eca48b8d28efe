"""Writing the rows of a run, a thousand at a time, each batch in a few queries.

The rows count for nothing until the run is imported; a run that fails loses them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import transaction

from compliance.scans.models import Asset, CheckResult, QuarantinedRow, Rule, ScanRun
from compliance.scans.records import Problem, Row, Seen

BATCH = 1000
MOST_REFS = 200


def fingerprint(identity: Iterable[str]) -> str:
    """SHA-256 of the stable keys, each with its length before it, so that no two run together."""
    digest = hashlib.sha256()
    for part in identity:
        data = part.encode("utf-8", "replace")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


class Stage:
    """Takes rows and problems of one run and writes them in batches."""

    def __init__(self, run: ScanRun) -> None:
        self.run = run
        self.rows: list[Row] = []
        self.problems: list[Problem] = []
        self.assets: dict[tuple[str, str], Asset] = {}
        self.rules: dict[tuple[str, str], Rule] = {}

    def row(self, row: Row) -> None:
        self.rows.append(row)
        if len(self.rows) >= BATCH:
            self.flush()

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= BATCH:
            self.flush()

    @transaction.atomic
    def flush(self) -> None:
        self.cover(row.asset for row in self.rows)
        self._know_rules()
        CheckResult.objects.bulk_create([self._result(row) for row in self.rows], batch_size=BATCH)
        QuarantinedRow.objects.bulk_create(
            [
                QuarantinedRow(
                    run=self.run, position=p.position[:60], reason=p.reason, excerpt=p.excerpt
                )
                for p in self.problems
            ],
            batch_size=BATCH,
        )
        self.rows, self.problems = [], []

    def cover(self, seen: Iterable[Seen]) -> None:
        """Make sure that the assets have rows, and remember these."""
        missing = {asset_key(each): each for each in seen if asset_key(each) not in self.assets}
        if not missing:
            return
        organisation = self.run.organisation
        Asset.objects.bulk_create(
            [
                Asset(organisation=organisation, kind=kind, key=key, name=each.name[:300] or key)
                for (kind, key), each in missing.items()
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        known = Asset.objects.filter(
            organisation=organisation, key__in={key for _kind, key in missing}
        )
        self.assets.update({(asset.kind, asset.key): asset for asset in known})

    def _know_rules(self) -> None:
        wanted = {rule_key(row): row for row in self.rows}
        missing = {key: row for key, row in wanted.items() if key not in self.rules}
        if missing:
            self._fetch_rules(missing)
        self._refresh_rules()

    def _fetch_rules(self, missing: dict[tuple[str, str], Row]) -> None:
        organisation = self.run.organisation
        Rule.objects.bulk_create(
            [
                Rule(
                    organisation=organisation,
                    tool=tool,
                    code=code,
                    title=row.title[:300],
                    refs=list(row.refs[:MOST_REFS]),
                )
                for (tool, code), row in missing.items()
            ],
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        known = Rule.objects.filter(
            organisation=organisation, code__in={code for _tool, code in missing}
        )
        self.rules.update({(rule.tool, rule.code): rule for rule in known})

    def _refresh_rules(self) -> None:
        """Rules gather references; the latest title wins, unless it is just the code."""
        changed: dict[int, Rule] = {}
        for row in self.rows:
            rule = self.rules[rule_key(row)]
            refs = list(dict.fromkeys([*rule.refs, *row.refs]))[:MOST_REFS]
            title = row.title[:300] if row.title != row.rule else rule.title
            if refs != rule.refs or title != rule.title:
                rule.refs, rule.title = refs, title
                changed[rule.pk] = rule
        Rule.objects.bulk_update(changed.values(), ["refs", "title"], batch_size=BATCH)

    def _result(self, row: Row) -> CheckResult:
        return CheckResult(
            run=self.run,
            rule=self.rules[rule_key(row)],
            asset=self.assets[asset_key(row.asset)],
            outcome=row.outcome.value,
            severity=row.severity.value,
            tool_severity=row.tool_severity[:300],
            location=row.location[:1000],
            place=list(row.place),
            title=row.title[:300],
            excerpt=row.excerpt,
            position=row.position[:60],
            suspicious=row.suspicious,
            fingerprint=fingerprint(row.identity),
        )


def asset_key(seen: Seen) -> tuple[str, str]:
    return seen.kind, seen.key[:300]


def rule_key(row: Row) -> tuple[str, str]:
    return row.tool[:120], row.rule[:300]


def discard(run: ScanRun) -> None:
    """Forget what an earlier attempt wrote."""
    CheckResult.objects.filter(run=run).delete()
    QuarantinedRow.objects.filter(run=run).delete()
