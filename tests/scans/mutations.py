"""What every damaged scan result has to keep to, and the files that are damaged."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import openpyxl

from compliance.scans import parsers
from compliance.scans.records import Problem, Record, Row, Run
from compliance.shared.errors import Refused

SAMPLES = Path(__file__).parent / "samples"
MOST_BYTES = 3 << 20
_TEXTS = ("tool", "rule", "title", "location", "tool_severity", "excerpt", "position")


def check(content: bytes) -> tuple[list[Record], str]:
    """Read a file to its end. Returns its records, or none and the sentence that refused it.

    Raises AssertionError for records that nobody could store or believe.
    """
    sentence = ""
    records: list[Record] = []
    try:
        records = list(parsers.read(io.BytesIO(content)))
    except Refused as refusal:
        sentence = str(refusal)
    if sentence:
        assert sentence.endswith("."), "a refusal is a sentence"
        return [], sentence
    assert isinstance(records[-1], Run), "the run comes last"
    assert sum(isinstance(record, Run) for record in records) == 1
    for record in records:
        if isinstance(record, Row):
            _check_row(record)
        elif isinstance(record, Problem):
            assert record.reason
            _check_text(record.position)
            _check_text(record.excerpt)
    return records, ""


def _check_row(row: Row) -> None:
    for name in _TEXTS:
        _check_text(getattr(row, name))
    for word in (*row.place, *row.refs, row.asset.key, row.asset.name, row.asset.kind):
        _check_text(word)
    assert row.rule, "a row names its check"
    assert row.title, "a row has a title"
    assert row.asset.key, "a row is about something"
    assert len(row.asset.kind) <= 20
    assert len(row.excerpt) <= 1000
    assert row.epss is None or 0 <= row.epss <= 1


def _check_text(word: Any) -> None:
    """Text that both databases take: no NUL, no half letters."""
    assert isinstance(word, str), repr(word)[:100]
    assert "\x00" not in word, repr(word)[:100]
    word.encode("utf-8")


def samples() -> dict[str, bytes]:
    """name → content of the samples of the tests, and of the folder that SCAN_SAMPLES names."""
    found = {}
    for folder in filter(None, [SAMPLES, os.environ.get("SCAN_SAMPLES")]):
        for path in sorted(Path(folder).iterdir()):
            is_scan = path.suffix != ".md" and path.name != "expected.json" and path.is_file()
            if is_scan and path.stat().st_size <= MOST_BYTES:
                found[f"{path.parent.name}/{path.name}"] = path.read_bytes()
    return found | {"made/kisa_results.xlsx": workbook(SAMPLES / "kisa_results.csv")}


def workbook(table: Path) -> bytes:
    """A CSV as a workbook."""
    book = openpyxl.Workbook()
    for line in table.read_text("utf-8-sig").splitlines():
        book.active.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
