"""Write texts into cells of an XLSX workbook and leave everything else of it as it is.

A workbook is a ZIP of XML parts. Only the sheets that take answers are written anew, and in them
only those cells: logos, shapes, validation lists, rich texts, print settings and what a later Excel
invents come out as they went in. See docs/adr for what was measured.

Rows and columns count from 1.
"""

import io
import re
import zipfile
from bisect import bisect_left, insort
from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import column_index_from_string

from compliance.exchange import packages
from compliance.shared.errors import Refused

Area = tuple[int, int, int, int]  # first row, first column, last row, last column

CANNOT_OPEN = gettext_lazy("The workbook cannot be opened. Save it again in Excel.")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_RELATION_ID = "relationships}id"
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
_RANGE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!\s\"(),]+))!)?(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_TRUE = {"1", "true"}
# Excel reads _x000D_ in a text as that character; the underscore before it is written so itself.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BEFORE_CALC = ("sheets", "functionGroups", "externalReferences", "definedNames")


def escaped(text: str) -> str:
    """Return *text* as a cell's XML says it: what only looks like an escape stays as it stands."""
    return _LOOKS_ESCAPED.sub("_x005F_", text)


def _place(reference: str) -> tuple[int, int]:
    match = _CELL.fullmatch(reference.upper())
    if match is None:
        raise Refused(_("The workbook names a cell in a way that Excel does not. Save it again."))
    return int(match.group(2)), column_index_from_string(match.group(1))


def area(reference: str) -> Area:
    """Read A1, A1:B2 or A:C."""
    if columns := _COLUMNS.fullmatch(reference):
        first, last = (column_index_from_string(each) for each in columns.groups())
        return 1, first, LAST_ROW, last
    first_cell, _colon, last_cell = reference.partition(":")
    (row, column), (last_row, last_column) = _place(first_cell), _place(last_cell or first_cell)
    return row, column, last_row, last_column


def _holds(where: Area, row: int, column: int) -> bool:
    return where[0] <= row <= where[2] and where[1] <= column <= where[3]


class Workbook:
    """A workbook opened for writing texts into its cells; `saved()` returns the new bytes."""

    def __init__(self, content: bytes) -> None:
        try:
            self.package = zipfile.ZipFile(io.BytesIO(content))
            found = packages.relations(self.package, "")
            self._path = next(path for kind, path in found.values() if kind == "officeDocument")
            self._relations = packages.relations(self.package, self._path)
            self._root = packages.parsed(self.package.read(self._path))
            self.space = self._root.nsmap.get(self._root.prefix) or ""
            self._paths = dict(self._sheet_paths())
        except (zipfile.BadZipFile, KeyError, StopIteration) as error:
            raise Refused(CANNOT_OPEN) from error
        self._content = content
        self._sheets: dict[str, Sheet] = {}

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed the bytes it came with."""
        names = (each.lower() for each in self.package.namelist())
        return any(each.startswith("_xmlsignatures/") and each.endswith(".xml") for each in names)

    def tag(self, name: str) -> str:
        return f"{{{self.space}}}{name}"

    def _sheet_paths(self) -> Iterator[tuple[str, str]]:
        for each in self._root.iter(self.tag("sheet")):
            wanted = next((v for k, v in each.attrib.items() if k.endswith(_RELATION_ID)), "")
            kind, path = self._relations.get(wanted, ("", ""))
            if kind == "worksheet":
                yield each.get("name", ""), path

    def sheet(self, name: str) -> "Sheet | None":
        """Return the worksheet called *name*, always the same object."""
        if name not in self._paths:
            return None
        if name not in self._sheets:
            root = packages.parsed(self.package.read(self._paths[name]))
            self._sheets[name] = Sheet(self, name, root)
        return self._sheets[name]

    @cached_property
    def shared(self) -> list[str]:
        """The texts that cells refer to by number."""
        path = self._part("sharedStrings")
        if not path:
            return []
        root = packages.parsed(self.package.read(path))
        return [self.plain(each) for each in root.iter(self.tag("si"))]

    def plain(self, item: Any) -> str:
        """The text of an <si> or <is>: its runs joined, reading aids (<rPh>) left out."""
        texts = [
            each for each in item.iter(self.tag("t")) if each.getparent().tag != self.tag("rPh")
        ]
        return "".join(each.text or "" for each in texts)

    def _part(self, kind: str) -> str:
        return next((path for each, path in self._relations.values() if each == kind), "")

    def named(self, name: str) -> str:
        """Return what a defined name stands for, or ""."""
        found = (
            each for each in self._root.iter(self.tag("definedName")) if each.get("name") == name
        )
        return next((each.text or "" for each in found), "")

    @cached_property
    def styles(self) -> "Styles":
        path = self._part("styles")
        return Styles(self, path, packages.parsed(self.package.read(path)) if path else None)

    def saved(self) -> bytes:
        """Return the workbook's bytes; the ones it came with where nothing was written."""
        written = {
            self._paths[each.name]: each.root for each in self._sheets.values() if each.changed
        }
        if not written:
            return self._content
        changed = {
            path: packages.written(root) for path, root in self._recalculated(written).items()
        }
        if self.styles.changed:
            changed[self.styles.path] = packages.written(self.styles.root)
        return packages.rewritten(self.package, changed)

    def _recalculated(self, written: dict[str, Any]) -> dict[str, Any]:
        """Formulas may read the answers: drop what they last came to, and have Excel count anew."""
        roots = dict(written)
        for path in self._paths.values():
            root = written.get(path)
            if root is None and _FORMULA.search(part := self.package.read(path)):
                root = packages.parsed(part)
            if root is not None and self._forget_results(root):
                roots[path] = root
                roots[self._path] = self._root
        if self._path in roots:
            self._calculation().set("fullCalcOnLoad", "1")
        return roots

    def _forget_results(self, root: Any) -> bool:
        formulas = list(root.iter(self.tag("f")))
        for formula in formulas:
            cell = formula.getparent()
            if cell.tag == self.tag("c"):
                for value in cell.findall(self.tag("v")):
                    cell.remove(value)
                cell.attrib.pop("t", None)
        return bool(formulas)

    def _calculation(self) -> Any:
        found = self._root.find(self.tag("calcPr"))
        if found is None:
            before = [each for name in _BEFORE_CALC for each in self._root.findall(self.tag(name))]
            found = etree.Element(self.tag("calcPr"))
            before[-1].addnext(found)
        return found


class Styles:
    """The cell formats of a workbook. A format is named by its number."""

    def __init__(self, book: Workbook, path: str, root: Any) -> None:
        self._book, self.path, self.root = book, path, root
        self.changed = False
        self._formats: Any = None if root is None else root.find(book.tag("cellXfs"))
        self._wrapped: dict[int, int] = {}

    def _format(self, number: int) -> Any:
        inside = self._formats is not None and number < len(self._formats)
        return self._formats[number] if inside else None

    def is_locked(self, number: int) -> bool:
        """Cells are locked unless their format says otherwise."""
        found = self._format(number)
        protection = None if found is None else found.find(self._book.tag("protection"))
        return protection is None or protection.get("locked", "1") in _TRUE

    def wrapped(self, number: int) -> int:
        """Return the same format with lines that break, as Excel sets it when one types a break."""
        if number not in self._wrapped:
            self._wrapped[number] = self._wrap(number)
        return self._wrapped[number]

    def _wrap(self, number: int) -> int:
        found = self._format(number)
        if found is None:
            return number
        alignment = found.find(self._book.tag("alignment"))
        if alignment is not None and alignment.get("wrapText") in _TRUE:
            return number
        fresh = deepcopy(found)
        alignment = fresh.find(self._book.tag("alignment"))
        if alignment is None:
            alignment = etree.Element(self._book.tag("alignment"))
            fresh.insert(0, alignment)
        alignment.set("wrapText", "1")
        fresh.set("applyAlignment", "1")
        self._formats.append(fresh)
        self._formats.set("count", str(len(self._formats)))
        self.changed = True
        return len(self._formats) - 1


class Sheet:
    """One worksheet: what stands in the way of a cell, and the cell's text."""

    def __init__(self, book: Workbook, name: str, root: Any) -> None:
        self._book, self.name, self.root = book, name, root
        self.changed = False
        self._data = root.find(book.tag("sheetData"))
        if self._data is None:
            raise Refused(CANNOT_OPEN)
        self._rows = dict(self._numbered_rows())
        self._order = sorted(self._rows)
        self._cells: dict[int, dict[int, Any]] = {}

    def _numbered_rows(self) -> Iterator[tuple[int, Any]]:
        """Rows may leave out their number: then they follow the one before."""
        number = 0
        for row in self._data.findall(self._book.tag("row")):
            number = int(row.get("r", number + 1))
            row.set("r", str(number))
            yield number, row

    def _cells_of(self, row: int) -> dict[int, Any]:
        if row not in self._cells:
            found, column = {}, 0
            element = self._rows.get(row)
            for cell in () if element is None else element.findall(self._book.tag("c")):
                column = _place(cell.get("r"))[1] if cell.get("r") else column + 1
                found[column] = cell
            self._cells[row] = found
        return self._cells[row]

    @cached_property
    def _merges(self) -> dict[int, list[Area]]:
        """Merged areas by each row that they touch."""
        found: dict[int, list[Area]] = {}
        for each in self.root.iter(self._book.tag("mergeCell")):
            where = area(each.get("ref", ""))
            for row in range(where[0], min(where[2], where[0] + 10_000) + 1):
                found.setdefault(row, []).append(where)
        return found

    def top_left(self, row: int, column: int) -> tuple[int, int]:
        """Return the cell that shows what is written into (row, column)."""
        for where in self._merges.get(row, ()):
            if _holds(where, row, column):
                return where[0], where[1]
        return row, column

    def has_formula(self, row: int, column: int) -> bool:
        cell = self._cells_of(row).get(column)
        return cell is not None and cell.find(self._book.tag("f")) is not None

    @cached_property
    def _protected(self) -> bool:
        found = self.root.find(self._book.tag("sheetProtection"))
        return found is not None and found.get("sheet") in _TRUE

    def is_locked(self, row: int, column: int) -> bool:
        """The sheet is protected and a person could not type here either."""
        return self._protected and self._book.styles.is_locked(self._style(row, column))

    def _style(self, row: int, column: int) -> int:
        """The format of a cell: its own, or its row's, or its column's."""
        cell = self._cells_of(row).get(column)
        if cell is not None:
            return int(cell.get("s", 0))
        element = self._rows.get(row)
        if element is not None and element.get("customFormat") in _TRUE:
            return int(element.get("s", 0))
        return next((style for first, last, style in self._columns if first <= column <= last), 0)

    @cached_property
    def _columns(self) -> list[tuple[int, int, int]]:
        found = self.root.iter(self._book.tag("col"))
        return [(int(c.get("min")), int(c.get("max")), int(c.get("style", 0))) for c in found]

    def choices(self, row: int, column: int) -> list[str] | None:
        """Return the words of the cell's validation list; None where there is none, or it is computed."""
        for areas, formula in self._lists:
            if any(_holds(where, row, column) for where in areas):
                return self._words(formula)
        return None

    @cached_property
    def _lists(self) -> list[tuple[list[Area], str]]:
        """Validation lists, those of Excel 2010's extension (lists on other sheets) included."""
        found = []
        for each in self.root.iter("{*}dataValidation"):
            if each.get("type") != "list":
                continue
            texts = {etree.QName(part).localname: part.text or "" for part in each.iter("{*}*")}
            where = each.get("sqref") or texts.get("sqref", "")
            formula = texts.get("f") or texts.get("formula1", "")
            found.append(([area(part) for part in where.split()], formula.strip().lstrip("=")))
        return found

    def _words(self, formula: str) -> list[str] | None:
        if formula.startswith('"') and formula.endswith('"'):
            return [each.strip() for each in formula[1:-1].replace('""', '"').split(",")]
        match = _RANGE.fullmatch(formula) or _RANGE.fullmatch(self._book.named(formula))
        if match is None:
            return None
        quoted, plain, reference = match.groups()
        name = (quoted or "").replace("''", "'") or plain or self.name
        sheet = self._book.sheet(name)
        return None if sheet is None else sheet.texts(area(reference))

    def texts(self, where: Area) -> list[str]:
        """Return the texts of an area's cells, empty ones left out."""
        found = []
        for row in self._order[bisect_left(self._order, where[0]) :]:
            if row > where[2]:
                break
            cells = self._cells_of(row)
            found += [self.text(cells[c]) for c in sorted(cells) if where[1] <= c <= where[3]]
        return [each for each in found if each]

    def text(self, cell: Any) -> str:
        value = cell.findtext(self._book.tag("v"), "")
        if cell.get("t") == "s":
            return self._book.shared[int(value)] if value else ""
        inline = cell.find(self._book.tag("is"))
        return str(value) if inline is None else self._book.plain(inline)

    def current(self, row: int, column: int) -> str:
        """Return the text that stands in the cell now."""
        cell = self._cells_of(row).get(column)
        return "" if cell is None else self.text(cell)

    def put(self, row: int, column: int, text: str) -> None:
        """Make *text* the cell's content: a text even where it begins like a formula."""
        style = self._style(row, column)
        cell = self._cell(row, column)
        for part in list(cell):
            cell.remove(part)
        for name in ("t", "cm", "vm"):
            cell.attrib.pop(name, None)
        if "\n" in text:
            style = self._book.styles.wrapped(style)
        if style:
            cell.set("s", str(style))
        self.changed = True
        if not text:
            return
        cell.set("t", "inlineStr")
        inner = etree.SubElement(etree.SubElement(cell, self._book.tag("is")), self._book.tag("t"))
        inner.text = escaped(text)
        inner.set(_SPACE, "preserve")
        self._let_grow(row)

    def _let_grow(self, row: int) -> None:
        """A height that nobody set is Excel's own; without it Excel fits the row to its text."""
        element = self._rows[row]
        if element.get("customHeight") not in _TRUE:
            element.attrib.pop("ht", None)

    def _cell(self, row: int, column: int) -> Any:
        cells = self._cells_of(row)
        if column in cells:
            return cells[column]
        element = self._row(row)
        cell = etree.Element(self._book.tag("c"), r=f"{get_column_letter(column)}{row}")
        after = [each for each in sorted(cells) if each > column]
        if after:
            cells[after[0]].addprevious(cell)
        else:
            last = max(cells, default=0)
            cells[last].addnext(cell) if last else element.insert(0, cell)
        # How far the row reaches is a hint to readers, wrong from now on.
        element.attrib.pop("spans", None)
        cells[column] = cell
        self._reach(row, column)
        return cell

    def _row(self, row: int) -> Any:
        if row not in self._rows:
            element = etree.Element(self._book.tag("row"), r=str(row))
            at = bisect_left(self._order, row)
            if at < len(self._order):
                self._rows[self._order[at]].addprevious(element)
            else:
                self._data.append(element)
            self._rows[row] = element
            insort(self._order, row)
        return self._rows[row]

    def _reach(self, row: int, column: int) -> None:
        """Keep the sheet's stated dimension true."""
        found = self.root.find(self._book.tag("dimension"))
        if found is None:
            return
        first_row, first, last_row, last = area(found.get("ref", "A1"))
        corner = f"{get_column_letter(min(first, column))}{min(first_row, row)}"
        end = f"{get_column_letter(max(last, column))}{max(last_row, row)}"
        found.set("ref", corner if corner == end else f"{corner}:{end}")
