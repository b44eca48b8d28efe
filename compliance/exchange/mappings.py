"""A mapping kept by header texts, so that it fits next year's edition whose columns moved."""

from typing import Any

from compliance.exchange import guessing, headers, headings
from compliance.exchange.layouts import Layout, Role, Sheet
from compliance.vault.tables import Book, Table

# So much of what was mapped must be found again before the mapping is proposed.
LIKE_ENOUGH = 0.7
Kept = dict[str, Any]


def kept(layout: Layout, book: Book) -> Kept:
    """Return {"headers", "columns": {role: header}, "words"} of the first sheet's columns."""
    for sheet in layout.sheets:
        table = book.table(sheet.name)
        if table is None:
            continue
        named = {c.number: c.header for c in headers.columns(table, sheet.header_row)}
        return {
            "headers": [text for text in named.values() if text],
            "columns": {role: named.get(at, "") for role, at in sheet.columns.items()},
            "words": dict(layout.words),
        }
    return {"headers": [], "columns": {}, "words": dict(layout.words)}


def applied(mapping: Kept, book: Book) -> Layout | None:
    """Return the layout that *mapping* gives for *book*, None when its headers are not there."""
    sheets = [
        found
        for table in book.tables
        if not table.hidden and table.cells and (found := _sheet(mapping, table))
    ]
    if not sheets:
        return None
    layout = Layout(sheets, dict(mapping.get("words", {})), book.encoding, book.delimiter)
    return guessing.with_words(layout, book)


def likeness(mapping: Kept, book: Book) -> float:
    """Return how much of the mapping is found in the best sheet, from 0 to 1."""
    return max((_best(mapping, table)[0] for table in book.tables if table.cells), default=0.0)


def _sheet(mapping: Kept, table: Table) -> Sheet | None:
    share, row, columns = _best(mapping, table)
    if share < LIKE_ENOUGH or Role.TITLE not in columns:
        return None
    return Sheet(table.name, row, columns)


def _best(mapping: Kept, table: Table) -> tuple[float, int, dict[str, int]]:
    wanted = {role: text for role, text in mapping.get("columns", {}).items() if text}
    found: tuple[float, int, dict[str, int]] = (0.0, 0, {})
    if not wanted:
        return found
    for row in range(1, min(table.last_row, headers.LOOKED_AT) + 1):
        if len(table.cells.get(row, {})) < 2:
            continue
        columns = _matched(wanted, table, row)
        if len(columns) / len(wanted) >= max(found[0], 0.01):
            found = (len(columns) / len(wanted), row, columns)
    return found


def _matched(wanted: dict[str, str], table: Table, row: int) -> dict[str, int]:
    named: dict[str, int] = {}
    for number, text in headers.names(table, row).items():
        named.setdefault(headings.heading(text), number)
    return {
        role: named[word]
        for role, text in wanted.items()
        if (word := headings.heading(text)) in named
    }
