"""Tables that come in, as a person sees them: the sheets of an XLSX workbook, or one CSV.

Rows and columns count from 1. Nothing is calculated and nothing is fetched: a formula counts by
the value that was saved with it. What a table may hold is bounded before it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from compliance.vault import _delimited, _workbooks
from compliance.vault._grids import BLANK_RUN, MOST_COLUMNS, MOST_ROWS, TooLarge

__all__ = [
    "BLANK_RUN",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Book",
    "Merge",
    "Table",
    "TooLarge",
    "read_csv",
    "read_xlsx",
    "stream_xlsx",
]


class Merge(NamedTuple):
    """An area of merged cells; its value stands in the top left one."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Table:
    """One sheet. *cells*: {row: {column: text}} of what is not blank."""

    name: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    # Cells whose text is the saved result of a formula.
    formulas: int = 0
    # Formulas without one, which count as blank.
    unsaved: int = 0
    # Cells that show a day and a month without a year, shown as 1-31.
    dates: int = 0
    # {column: words} that a drop-down of the sheet offers there.
    choices: dict[int, list[str]] = field(default_factory=dict)
    # Something stood beyond the bounds and was left out.
    cut: bool = False
    last_row: int = 0
    width: int = 0
    _filled: dict[tuple[int, int], Merge] | None = None

    def __post_init__(self) -> None:
        self.last_row = max(self.cells, default=0)
        self.width = max((column for row in self.cells.values() for column in row), default=0)

    def text(self, row: int, column: int) -> str:
        """Return what is written in that very cell."""
        return self.cells.get(row, {}).get(column, "")

    def next_row(self, row: int) -> int:
        """Return the next row that holds any text; *row* itself where it is the last one."""
        below = range(row + 1, self.last_row + 1)
        return next((each for each in below if each in self.cells), row)

    def seen(self, row: int, column: int) -> str:
        """Return what a person reads there: the text of the merged area that covers the cell."""
        merge = self.merge_at(row, column)
        return self.text(merge.top, merge.left) if merge else self.text(row, column)

    def merge_at(self, row: int, column: int) -> Merge | None:
        if self._filled is None:
            self._filled = dict(self._covered())
        return self._filled.get((row, column))

    def _covered(self) -> Iterator[tuple[tuple[int, int], Merge]]:
        """Cells of merged areas, as far as the table itself reaches."""
        last, width = self.last_row, self.width
        for merge in self.merges:
            for row in range(merge.top, min(merge.bottom, last) + 1):
                for column in range(merge.left, min(merge.right, width) + 1):
                    yield (row, column), merge


@dataclass(slots=True)
class Book:
    """All tables of one document. A CSV has one, named "", and says how its text is written."""

    tables: list[Table]
    encoding: str = ""
    delimiter: str = ""
    # Somebody signed the workbook: the signature holds for these very bytes.
    signed: bool = False

    def table(self, name: str) -> Table | None:
        return next((each for each in self.tables if each.name == name), None)


def read_xlsx(path: Path) -> Book:
    """Read every sheet. Raises Refused with one sentence for what is broken, active or too large."""
    return Book(
        [
            Table(
                name=sheet.name,
                cells=sheet.grid.cells,
                merges=[Merge(*each) for each in sheet.grid.merges],
                hidden=sheet.hidden,
                hidden_rows=sheet.grid.hidden_rows,
                hidden_columns=sheet.grid.hidden_columns,
                formulas=sheet.grid.formulas,
                unsaved=sheet.grid.unsaved,
                dates=sheet.grid.dates,
                choices=sheet.grid.choices,
                cut=sheet.grid.cut,
            )
            for sheet in _workbooks.read(path)
        ],
        signed=_workbooks.is_signed(path),
    )


def stream_xlsx(source: BinaryIO) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (sheet, number of the row, texts of its cells from A on), a row with text at a time.

    A sheet begins with a row numbered 0 without cells. For workbooks too long to be held, and
    read only as text: 20 million cells, 512 MB unpacked. Raises Refused, TooLarge beyond that.
    """
    return _workbooks.stream(source)


def read_csv(path: Path) -> Book:
    """Read UTF-8 (with or without mark), UTF-16 with a mark, or CP949; the delimiter is found."""
    text = _delimited.read(path)
    table = Table(name="", cells=text.grid.cells, cut=text.grid.cut)
    return Book([table], encoding=text.encoding, delimiter=text.delimiter)
