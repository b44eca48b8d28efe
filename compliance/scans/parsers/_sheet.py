"""Workbooks (XLSX) as lines: one line a row, cells between tabs, a line of its own per sheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from compliance.scans.parsers import _errors

# Begins the line that names a sheet. No text of a cell holds it: XML forbids the letter.
MARK = "\x1f"
HEAD_ROWS = 200


def is_workbook(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head or b"xl/" in head)


def head(stream: BinaryIO, size: int) -> bytes:
    """The first lines of a workbook."""
    return "".join(islice(_lines(stream), HEAD_ROWS)).encode("utf-8", "replace")[:size]


def as_lines(stream: BinaryIO) -> BinaryIO:
    """The whole workbook as a file of lines."""
    made: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last reader
    made.writelines(line.encode("utf-8", "replace") for line in _lines(stream))
    made.seek(0)
    return made


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Line n below the one that names a sheet is row n of that sheet, blank ones included."""
    # What reads workbooks takes 15 MB, which a process that reads none can do without.
    from compliance.vault import tables

    stream.seek(0)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    last = 0
    try:
        for sheet, number, cells in tables.stream_xlsx(stream):
            yield "\n" * (number - last - 1)
            last = number
            writer.writerow([_cell(text) for text in cells] or [f"{MARK}{sheet}"])
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    except tables.TooLarge as fault:
        raise _errors.too_large_inside() from fault


def _cell(text: str) -> str:
    """A cell on one line. MARK can come by an escape of Excel's own, and means nothing then."""
    return " ".join(text.replace(MARK, " ").replace("\0", " ").split())
