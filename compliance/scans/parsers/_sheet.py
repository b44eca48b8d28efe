"""Workbooks (XLSX) as lines: one line a row, cells between tabs, a line of its own per sheet."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from lxml import etree

from compliance.scans.parsers import _errors

# Begins the line that names a sheet. No text of a cell holds it: XML forbids the letter.
MARK = "\x1f"
MOST_BYTES = 512 << 20
MOST_CELLS = 20_000_000
HEAD_ROWS = 200
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


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
    _check_size(stream)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t", lineterminator="\n")
    for cells in _rows(stream):
        writer.writerow(cells)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _check_size(stream: BinaryIO) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except _FAULTS as fault:
        raise _errors.broken_workbook() from fault
    if size > MOST_BYTES:
        raise _errors.too_large_inside()


def _rows(stream: BinaryIO) -> Iterator[list[str]]:
    cells = 0
    stream.seek(0)
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the file may claim any size
            yield [f"{MARK}{sheet.title}"]
            for row in sheet.iter_rows(values_only=True):
                cells += len(row) + 1
                if cells > MOST_CELLS:
                    raise _errors.too_large_inside()
                yield _trimmed([_cell(value) for value in row])
    except _FAULTS as fault:
        raise _errors.broken_workbook() from fault


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    """A cell as one line of text."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
