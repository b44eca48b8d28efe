"""From the lines of a check list to rows: what KISA results and mapped tables share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _checklist, _words
from compliance.scans.parsers._checklist import Broken, Entry
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

LOOKED_AT = 3000  # lines that decide on the edition


class Reader:
    """Makes rows of entries, whatever kind of file these stand in."""

    format = ""
    tool = ""
    name = ""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.vocabulary = _checklist.Vocabulary(options.words)
        self.votes = _checklist.EditionVotes()
        self.edition = ""
        self.targets: dict[Seen, None] = {}
        self.dates: list[datetime] = []
        self.editions: set[str] = set()

    def look(self, entries: Iterable[Entry | Broken]) -> None:
        """Find out which edition the file follows."""
        found = _checklist.votes_of(entries, LOOKED_AT)
        for year, count in found.votes.items():
            self.votes.votes[year] += count

    def records(
        self, entries: Callable[[], Iterable[Entry | Broken]], *, looked: bool = False
    ) -> Iterator[Record]:
        """*entries* gives the file's lines anew each time it is called."""
        if not looked:
            self.look(entries())
        self.edition = self.options.edition or self.votes.winner
        for entry in entries():
            record = self._record(entry)
            if isinstance(record, Row):
                self.targets[record.asset] = None
            yield record
        yield self._run()

    def _run(self) -> Run:
        return Run(
            format=self.format,
            tool=self.name,
            tool_version=", ".join(sorted(filter(None, self.editions))),
            started_at=min(self.dates, default=None),
            finished_at=max(self.dates, default=None),
            targets=tuple(self.targets),
            notes=(reasons.UNKNOWN_EDITION,) if "" in self.editions else (),
        )

    def table(self, stream: BinaryIO) -> Iterator[Record]:
        """The rows of a CSV, or of a workbook turned into lines."""
        first = _checklist.Table(stream, self.options.columns)
        self.look(first)
        for line in first.preamble.words:
            self.votes.word(line)
        yield from self.records(lambda: _checklist.Table(stream, self.options.columns), looked=True)

    def _record(self, entry: Entry | Broken) -> Record:
        if isinstance(entry, str):
            return Problem(entry, reasons.BROKEN_LINE)
        raw = _words.mask(_words.short(entry.get("raw")))
        code, outcome = self.code(entry), self.outcome(entry)
        asset = self._asset(entry)
        reason = _why_not(entry, code, outcome, asset)
        if reason or outcome is None or asset is None:
            return Problem(entry.position, reason, raw)
        return self._row(entry, code, outcome, asset)

    def _asset(self, entry: Entry) -> Seen | None:
        name = entry.get("host") or self.options.asset
        address = entry.get("ip")
        if not (name or address).strip():
            return None
        # Names are what these lists call a host everywhere; addresses change.
        return _words.host(name or address, name or address)

    def _row(self, entry: Entry, code: str, outcome: Outcome, asset: Seen) -> Row:
        detail = entry.get("detail")
        word = unicodedata.normalize("NFKC", entry.get("severity")).strip()
        self._date(entry.get("date"))
        return Row(
            tool=self.tool,
            outcome=outcome,
            rule=code,
            title=_words.short(entry.get("title")) or code,
            asset=asset,
            location=_words.short(entry.get("ip"), 60),
            place=self.place(entry),
            refs=_words.refs(self.refs(code, entry)),
            severity=_checklist.GRADES.get(word[:1]) or _words.severity(word, Severity.MEDIUM),
            tool_severity=_words.short(word, 40),
            excerpt=_words.excerpt(detail),
            position=entry.position,
            suspicious=_words.suspicious(outcome, detail),
        )

    def _date(self, word: str) -> None:
        found = _words.moment(word.strip().replace("/", "-"))
        if found:
            self.dates = [min([found, *self.dates]), max([found, *self.dates])]

    def refs(self, code: str, entry: Entry) -> list[str]:
        """What else names this check."""
        raise NotImplementedError

    def code(self, entry: Entry) -> str:
        title = entry.get("title")
        return _checklist.code_of(entry.get("code") or _checklist.leading_code(title))

    def outcome(self, entry: Entry) -> Outcome | None:
        return self.vocabulary.outcome(entry.get("status"))

    def place(self, entry: Entry) -> tuple[str, ...]:
        """Where on the asset; a check list has one line a check and host."""
        return ()


def _why_not(entry: Entry, code: str, outcome: Outcome | None, asset: Seen | None) -> str:
    if "\ufffd" in entry.get("raw"):
        return reasons.UNREADABLE_LETTERS
    if not code:
        return reasons.NO_RULE
    if outcome is None:
        return reasons.UNKNOWN_OUTCOME
    return reasons.NO_ASSET if asset is None else ""
