"""Lines of text, a block at a time: detectors are quicker on a page of text than on a line."""

import csv
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from compliance.vault import _texts
from compliance.vault.personal.pieces import Piece, Place
from compliance.vault.problems import Problem

_BLOCK = 400
_LONGEST_CELL = 100_000
_NAMED_COLUMNS = 200


def read(path: Path) -> Iterator[Piece]:
    with path.open(encoding=codec_of(path), errors="replace", newline="") as file:
        yield from blocks(file)


def blocks(lines: "IO[str] | Iterator[str]") -> Iterator[Piece]:
    number = 1
    source = iter(lines)
    while block := list(islice(source, _BLOCK)):
        yield _block(block, number)
        number += len(block)


def read_csv(path: Path) -> Iterator[Piece]:
    """Every cell under its column's header, beside its row."""
    csv.field_size_limit(_LONGEST_CELL * 10)
    try:
        with path.open(encoding=codec_of(path), errors="replace", newline="") as file:
            sample = file.read(4096)
            file.seek(0)
            delimiter = max(",\t;", key=sample.count)
            header: list[str] = []
            for number, row in enumerate(csv.reader(file, delimiter=delimiter), 1):
                header = header or row[:_NAMED_COLUMNS]
                yield from _cells(row, number, header if number > 1 else [])
    except csv.Error:
        yield from read(path)


def codec_of(path: Path) -> str:
    try:
        return _texts.encoding_of(path, _texts.HEAD)
    except Problem:
        return "utf-8"


def _block(lines: list[str], first: int) -> Piece:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line)

    def place_at(offset: int) -> Place:
        return {"line": first + bisect_right(starts, offset) - 1}

    return Piece("".join(lines), place_at=place_at)


def _cells(row: list[str], number: int, header: list[str]) -> Iterator[Piece]:
    around = " ".join(row)[:1000]
    for column, cell in enumerate(row):
        if not any(char.isdigit() or char == "@" for char in cell):
            continue
        title = header[column] if column < len(header) else ""
        place = {"row": number, "column": title or str(column + 1)}
        yield Piece(cell, place, lead=f"{title}: " if title else "", around=around)
