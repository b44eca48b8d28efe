"""Where the header of a table stands, and what each column is called."""

from dataclasses import dataclass

from compliance.exchange import headings
from compliance.exchange.layouts import Role
from compliance.vault.tables import Table

LOOKED_AT = 60
MOST_HEADER_ROWS = 3
LIKE_A_HEADER = 2
_BETWEEN = " / "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its number, its letters, and its header's lines from top to bottom."""

    number: int
    lines: tuple[str, ...] = ()

    @property
    def header(self) -> str:
        """The header as a person reads it: "점검결과 / 이행내용"."""
        return _BETWEEN.join(self.lines)

    @property
    def letters(self) -> str:
        return letters(self.number)


def letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def columns(table: Table, header_row: int) -> list[Column]:
    """Return every column that has a header or anything under it.

    A header over several rows reads from top to bottom: "점검결과 / 이행내용".
    """
    if not header_row:
        return [Column(number) for number in sorted(_used(table, 0))]
    under = _used(table, header_row)
    found = _every(table, header_row)
    return [each for each in found if each.lines or each.number in under]


def names(table: Table, header_row: int) -> dict[int, str]:
    """Return {column: header}, "" where it has none."""
    return {each.number: each.header for each in _every(table, header_row)}


def _every(table: Table, header_row: int) -> list[Column]:
    rows = range(_top(table, header_row), header_row + 1)
    return [Column(number, _named(table, rows, number)) for number in range(1, table.width + 1)]


def settled(table: Table, clicked: int) -> int:
    """Return the last row of the header whose first row may have been *clicked*."""
    downs = [merge.bottom for merge in table.merges if merge.top <= clicked <= merge.bottom]
    below = max(downs, default=clicked)
    return below if below - clicked < MOST_HEADER_ROWS else clicked


def guess(table: Table) -> int:
    """Return the most likely header row, 0 when no row reads like one.

    Of equal ones the first: long forms repeat their header. The lower rows of a header over several
    rows are equal too, and belong to it.
    """
    found = {row: _score(table, row) for row in range(1, min(table.last_row, LOOKED_AT) + 1)}
    best = max(found, key=lambda row: (found[row], -row), default=0)
    if found.get(best, 0) < LIKE_A_HEADER:
        return 0
    while found.get(best + 1, 0) == found[best] and _joins(table, best + 1):
        best += 1
    return settled(table, best)


def fullest(table: Table) -> int:
    """The row with the most texts among the first ones, for a table whose header nobody knows."""
    rows = [row for row in table.cells if row <= LOOKED_AT]
    return max(rows, key=lambda row: (len(table.cells[row]), -row), default=0)


def _score(table: Table, row: int) -> int:
    """How many different kinds of columns the row names. Long texts are not headers."""
    if len(table.cells.get(row, {})) < 2:
        return 0
    last_lines = [each.lines[-1] for each in _every(table, row) if each.lines]
    known = {headings.role_of(line) for line in last_lines} - {""}
    if headings.are_marks(headings.verdict_of(line) for line in last_lines):
        known.add(Role.ANSWER)
    return len(known)


def _used(table: Table, header_row: int) -> set[int]:
    return {column for row, cells in table.cells.items() if row > header_row for column in cells}


def _top(table: Table, header_row: int) -> int:
    """Return the first row of the header: rows above that are joined to it."""
    row = header_row
    while row > 1 and header_row - row < MOST_HEADER_ROWS - 1 and _joins(table, row):
        row -= 1
    return row


def _joins(table: Table, row: int) -> bool:
    """Whether the row above belongs to the header: it spans down, or groups some columns.

    A CSV has lost its merged cells: there the lower row is blank where the upper one is not.
    """
    above = row - 1
    for merge in table.merges:
        if merge.top <= above <= merge.bottom and merge.bottom >= row:
            return True
        if merge.top == merge.bottom == above and _is_group(table, merge.left, merge.right):
            return True
    upper, lower = table.cells.get(above, {}), table.cells.get(row, {})
    return not table.merges and len(upper) > 1 and len(set(upper) - set(lower)) > 1


def _is_group(table: Table, left: int, right: int) -> bool:
    return 1 < right - left + 1 < table.width - 1


def _named(table: Table, rows: range, column: int) -> tuple[str, ...]:
    texts: list[str] = []
    for row in rows:
        text = table.seen(row, column) or _from_the_left(table, row, column, rows)
        text = " ".join(text.split())
        if text and text not in texts:
            texts.append(text)
    return tuple(texts)


def _from_the_left(table: Table, row: int, column: int, rows: range) -> str:
    """The group's name in a CSV, which stands only over the group's first column."""
    last = rows[-1]
    if table.merges or row == last or not table.text(last, column):
        return ""
    for left in range(column, 0, -1):
        if text := table.text(row, left):
            return text
        if not table.text(last, left):
            return ""
    return ""
