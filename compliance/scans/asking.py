"""What a file does not say of itself, found out before its import: asked only where it matters."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from compliance.scans import parsers, reasons
from compliance.scans.parsers import _checklist, _sheet, _text, _unpack, kisa, table
from compliance.scans.records import Options, Problem, Row, Run
from compliance.shared.errors import Refused

# Records that are looked at; what a larger file lacks shows in its first ones.
LOOKED_AT = 2000
MOST_WORDS = 30
MOST_HEADINGS = 60
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask. `headings` are those of a table nobody knows, `words` results nobody knows."""

    asset: bool = False
    edition: bool = False
    headings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.asset or self.edition or bool(self.headings or self.words)


def look(stream: BinaryIO, options: Options) -> Questions:
    """Look into the file. Raises Refused for one that no answer makes readable."""
    try:
        return _of_records(stream, options)
    except Refused:
        if headings := _headings(stream):
            return Questions(headings=headings)
        raise


def _of_records(stream: BinaryIO, options: Options) -> Questions:
    nameless = edition = strange = False
    for record in islice(parsers.read(stream, options), LOOKED_AT):
        if isinstance(record, Row):
            nameless |= not record.asset.is_named
        elif isinstance(record, Problem):
            nameless |= record.reason == reasons.NO_ASSET
            strange |= record.reason == reasons.UNKNOWN_OUTCOME
        else:
            edition = reasons.UNKNOWN_EDITION in record.notes
            nameless |= _is_nameless(record)
    return Questions(
        asset=nameless and not options.asset,
        edition=edition and not options.edition,
        words=_unknown_words(stream, options) if strange else (),
    )


def _is_nameless(run: Run) -> bool:
    return not all(seen.is_named for seen in run.targets)


def _unknown_words(stream: BinaryIO, options: Options) -> tuple[str, ...]:
    """Result words of a check list that nobody bound to an outcome, each once."""
    if parsers.choose(stream, options).format not in (kisa.FORMAT, table.FORMAT):
        return ()  # a tool's own words are its format's
    vocabulary = _checklist.Vocabulary(options.words)
    found: dict[str, None] = {}
    for entry in islice(kisa.entries(_unpack.whole(stream), options), LOOKED_AT):
        word = entry.get("status")[:100] if isinstance(entry, _checklist.Entry) else ""
        if word and vocabulary.outcome(word) is None:
            found.setdefault(word, None)
    return tuple(found)[:MOST_WORDS]


def _shape(stream: BinaryIO) -> str:
    """ "table" for lines with columns, else ""."""
    head = _unpack.head(stream).lstrip(b"\xef\xbb\xbf \t\r\n")
    return "" if not head or head.startswith((b"<", b"{", b"[")) or b"\x00" in head else "table"


def _headings(stream: BinaryIO) -> tuple[str, ...]:
    """The line of a table that looks most like its header: the first of those with most cells."""
    with suppress(Refused, UnicodeError):
        if _shape(stream) == "table":
            rows = list(_first_rows(_text.head_text(_unpack.head(stream))))
            best = max(rows, key=len, default=[])
            if len(best) > 1 and sum(len(row) == len(best) for row in rows) > 1:
                return tuple(dict.fromkeys(best))[:MOST_HEADINGS]
    return ()


def _first_rows(text: str) -> Iterator[list[str]]:
    """Cells that are not empty, of each of the first lines, by the delimiter that finds most."""
    lines = [line for line in text.splitlines() if not line.startswith(_sheet.MARK)]
    lines = lines[: _checklist.HEADER_ROWS]
    delimiter = max(DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))
    with suppress(csv.Error):
        for row in csv.reader(lines, delimiter=delimiter):
            yield [cell.strip()[:100] for cell in row if cell.strip()]
