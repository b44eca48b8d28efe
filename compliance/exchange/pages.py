"""What the pages of an import show: the steps, a grid of the sheet, groups of equal columns."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.exchange import guessing, headers
from compliance.exchange.layouts import Layout, Role, Sheet
from compliance.exchange.models import Kind, ProfileImport
from compliance.exchange.selectors import Source
from compliance.vault.tables import Book, Table

GRID_ROWS = 40
GRID_COLUMNS = 30
CELL = 80
SAMPLES = 3
_TITLES: dict[str, Promise] = {
    "sheets": _("Sheet and header"),
    "columns": _("Columns"),
    "words": _("Answers"),
    "about": _("Platform and version"),
    "preview": _("Preview"),
}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    title: "str | Promise"
    state: str


@dataclass(slots=True)
class Group:
    """Sheets whose headers are equal, so that one choice counts for all of them."""

    number: int
    sheets: list[Sheet]
    columns: list[headers.Column]
    samples: dict[int, list[str]] = field(default_factory=dict)
    # {column: role} as a person sent it, when that has to be corrected.
    sent: dict[int, str] = field(default_factory=dict)

    @property
    def names(self) -> str:
        return ", ".join(sheet.name for sheet in self.sheets if sheet.name)

    @property
    def rows(self) -> list[tuple[headers.Column, list[str], str]]:
        """(column, texts under it, role chosen)."""
        guessed = {column: role for role, column in self.sheets[0].columns.items()}
        chosen = self.sent or guessed
        return [(c, self.samples.get(c.number, []), chosen.get(c.number, "")) for c in self.columns]


@dataclass(slots=True)
class Grid:
    """The first rows of a sheet, as plain texts."""

    number: int
    table: Table
    chosen: bool
    header_row: int
    letters: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def names(imported: ProfileImport) -> list[str]:
    """The steps of this import, in order."""
    if imported.kind not in (Kind.XLSX, Kind.CSV):
        return ["about", "preview"]
    sheets = Layout.of(imported.layout).sheets
    answered = any(sheet.columns.get(Role.ANSWER) for sheet in sheets)
    return [name for name in _TITLES if name != "words" or answered]


def steps(imported: ProfileImport, here: str) -> list[Step]:
    order = names(imported)
    at = order.index(here) if here in order else 0
    return [
        Step(name, _TITLES[name], "here" if number == at else "done" if number < at else "todo")
        for number, name in enumerate(order)
    ]


def after(imported: ProfileImport, name: str) -> str:
    order = names(imported)
    return order[min(order.index(name) + 1, len(order) - 1)]


def grids(book: Book, layout: Layout) -> list[Grid]:
    chosen = {sheet.name: sheet.header_row for sheet in layout.sheets}
    return [
        _grid(number, table, chosen.get(table.name))
        for number, table in enumerate(book.tables)
        if table.cells
    ]


def _grid(number: int, table: Table, chosen: int | None) -> Grid:
    """*chosen*: the header row of a sheet that is read, 0 for none; None where it is not read."""
    row = headers.guess(table) or headers.fullest(table) if chosen is None else chosen
    columns = range(1, min(table.width, GRID_COLUMNS) + 1)
    last = min(table.last_row, max(GRID_ROWS, row + 5))
    return Grid(
        number,
        table,
        chosen is not None,
        row,
        [headers.letters(column) for column in columns],
        [
            (each, [_cell(table, each, column) for column in columns])
            for each in range(1, last + 1)
            if each in table.cells
        ],
    )


def _cell(table: Table, row: int, column: int) -> str:
    text = table.text(row, column)
    return text if len(text) <= CELL else f"{text[:CELL]}…"


def groups(book: Book, layout: Layout) -> list[Group]:
    found: dict[tuple[object, ...], Group] = {}
    for sheet in layout.sheets:
        table = book.table(sheet.name)
        if table is None:
            continue
        columns = headers.columns(table, sheet.header_row)
        group = found.setdefault(tuple(columns), Group(len(found), [], columns))
        group.sheets.append(sheet)
        for column in columns:
            seen = group.samples.setdefault(column.number, [])
            _add_samples(seen, table, sheet.header_row, column.number)
    return list(found.values())


def _add_samples(seen: list[str], table: Table, header_row: int, column: int) -> None:
    for row in range(header_row + 1, table.last_row + 1):
        if len(seen) >= SAMPLES:
            return
        text = " ".join(table.text(row, column).split())[:CELL]
        if text and text not in seen:
            seen.append(text)


def words(imported: ProfileImport) -> list[str]:
    """What the answer column may say, for the choice of words."""
    return guessing.candidates(Layout.of(imported.layout), Source.of(imported).book())
