"""CSV and its kin: which codec, which delimiter, and the cells."""

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused
from compliance.vault import _texts
from compliance.vault._grids import BLANK_RUN, MOST_COLUMNS, Grid

DELIMITERS = ",\t;|"
_SAMPLE = 64 * 1024
_LONGEST_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Text:
    grid: Grid
    encoding: str
    delimiter: str


def read(path: Path) -> Text:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
        delimiter = _delimiter(sample)
        file.seek(0)
        grid = Grid()
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for row, cells in enumerate(reader, 1):
                if row > grid.last + BLANK_RUN:
                    break
                # The module's own limit belongs to the whole process; other readers raise it.
                _check_cells(cells, reader.line_num)
                grid.cut = grid.cut or any(cells[MOST_COLUMNS:])
                for column, text in enumerate(cells[:MOST_COLUMNS], 1):
                    grid.put(row, column, text)
        except (csv.Error, UnicodeError) as fault:
            raise Refused(
                _("Line %d of this CSV cannot be read. Check its quotation marks.")
                % (reader.line_num or 1)
            ) from fault
    return Text(grid, encoding, delimiter)


def _check_cells(cells: list[str], line: int) -> None:
    if any(len(cell) > _LONGEST_CELL for cell in cells):
        raise csv.Error(f"a cell of line {line} has no end")


def _encoding(path: Path) -> str:
    """Return the codec; UTF-8 with a mark and without are told apart for the way back out."""
    found = _texts.encoding_of(path)
    with path.open("rb") as file:
        marked = file.read(3) == codecs.BOM_UTF8
    return "utf-8" if found == "utf-8-sig" and not marked else found


def _delimiter(sample: str) -> str:
    """Return the delimiter that cuts most lines into equally many cells."""
    lines = sample.splitlines()[:200]
    return max(DELIMITERS, key=lambda each: (_regularity(lines, each), -DELIMITERS.index(each)))


def _regularity(lines: list[str], delimiter: str) -> int:
    try:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1]
    except csv.Error:
        return 0
    return max((counts.count(each) * each for each in set(counts)), default=0)
