"""From check results to findings: new, seen again, reopened, and gone.

A finding is closed only by a complete scan that covered it. Severity and text are refreshed; the
finding keeps its number, its clock and what people decided about it. The database does the work,
in a number of statements that does not depend on the number of rows (`matching_sql.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.scans import matching_sql as sql
from compliance.scans import parsers
from compliance.scans.models import Finding, ScanRun
from compliance.scans.records import UNNAMED

CHUNK = 2000
# Columns by which findings are chosen; the texts beside them would take the longest to look at.
_ASKED = "organisation_id, last_run_id, rule_id, asset_id, state, severity, meaning"


@dataclass(slots=True)
class Changes:
    """What a run did to the findings."""

    new: int = 0
    unchanged: int = 0
    updated: int = 0
    reopened: int = 0
    fixed: int = 0
    not_retested: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Matcher:
    """Matches the results of one run. Runs inside the transaction of the import."""

    def __init__(self, run: ScanRun, *, scope: Iterable[str], targets: Iterable[int]) -> None:
        self.run = run
        self.scope = frozenset(scope)
        self.targets = targets
        self.changes = Changes()
        # Numbers run on without gaps in an organisation: imports queue here.
        Organisation.objects.select_for_update().get(pk=run.organisation_id)
        self.values: dict[str, Any] = {
            "run": run.pk,
            "organisation": run.organisation_id,
            "format": run.format,
            "moment": connection.ops.adapt_datetimefield_value(run.scanned_at),
            "today": connection.ops.adapt_datefield_value(timezone.localdate()),
            "last": self._last_number(),
            "unnamed": UNNAMED,
        }

    def match(self) -> Changes:
        self._make_tables()
        self._failures()
        if self.run.complete:
            self._cover()
            if self._count(sql.HOW_MANY_MISSED):
                self._settle("scan_missed")
                self._execute(sql.PASSED)
                self._note_absences()
                self._close()
            self.changes.not_retested = self._count(sql.NOT_RETESTED)
        self._drop_tables()
        if self.changes.new + self.changes.unchanged + self.changes.updated > CHUNK:
            # Who asks next for findings of this run would be told to expect one.
            self._settle(f"scans_finding ({_ASKED})")
        return self.changes

    def _last_number(self) -> int:
        found = Finding.objects.filter(organisation=self.run.organisation_id)
        return found.aggregate(last=Max("number"))["last"] or 0

    def _failures(self) -> None:
        self._execute(sql.LISTEN)
        self._settle("scan_word")
        self._execute(sql.SEE.format(next=sql.NEXT[connection.vendor]))
        self._settle("scan_seen")
        kinds = dict(self._rows(sql.KINDS))
        self.changes.new = kinds.get("new", 0)
        self.changes.unchanged = kinds.get("seen", 0) + kinds.get("older", 0)
        self.changes.updated = kinds.get("updated", 0)
        self.changes.reopened = kinds.get("reopened", 0)
        for statement in (sql.TOUCH, sql.REFRESH, sql.REOPEN, sql.OPEN, sql.OBSERVE):
            self._execute(statement)

    # What is gone

    def _cover(self) -> None:
        self._execute(sql.COVERED)
        self._execute_many(sql.COVERED_TOO, [(pk,) for pk in self.targets])
        self._settle("scan_asset")
        self._execute(sql.MISS)

    def _note_absences(self) -> None:
        """Not in the file, although the scan looked there; the format says what that proves."""
        covers = parsers.parsers()[self.run.format].covers
        tools = set(self.run.counts.get("tools", []))
        gone = [
            (pk,)
            for pk, tool, code, place in self._absent()
            if tool in tools and covers(self.scope, code, tuple(place))
        ]
        self._execute_many(sql.GONE_TOO, gone)

    def _absent(self) -> Iterator[tuple[int, str, str, list[str]]]:
        ids = [pk for (pk,) in self._rows(sql.ABSENT)]
        for start in range(0, len(ids), CHUNK):
            found = Finding.objects.filter(pk__in=ids[start : start + CHUNK])
            yield from found.values_list("pk", "rule__tool", "rule__code", "place")

    def _close(self) -> None:
        self._settle("scan_gone")
        self.changes.fixed = self._count(sql.HOW_MANY_GONE)
        for statement in (sql.CLOSE, sql.OBSERVE_GONE):
            self._execute(statement)

    # Statements

    def _execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values)

    def _execute_many(self, statement: str, rows: list[tuple[int]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values)
            return list(cursor.fetchall())

    def _count(self, statement: str) -> int:
        return int(self._rows(statement)[0][0])

    def _make_tables(self) -> None:
        """A match that failed took its tables with its transaction."""
        for statement in sql.TABLES.values():
            self._execute(statement)
        if connection.vendor == "postgresql":
            self._execute(sql.ROOM)

    def _drop_tables(self) -> None:
        # SQLite drops one at a time.
        together = connection.vendor == "postgresql"
        for tables in [", ".join(sql.TABLES)] if together else sql.TABLES:
            self._execute(f"DROP TABLE {tables}")

    def _settle(self, table: str) -> None:
        """PostgreSQL plans by statistics, and a new table has none: that once cost minutes."""
        if connection.vendor == "postgresql":
            self._execute(f"ANALYZE {table}")
