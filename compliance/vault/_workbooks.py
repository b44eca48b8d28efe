"""XLSX, read part by part (ECMA-376 part 1, 18): cells, merged areas, what is hidden, drop-downs.

openpyxl's read-only mode knows neither merged areas nor hidden rows, and its other mode makes a
cell for each one that a merged area covers, which a small file can claim a billion of. So the
sheets are streamed here, and openpyxl lends its number formats and dates.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _
from lxml import etree
from openpyxl.utils.cell import range_boundaries

from compliance.shared.errors import Refused
from compliance.vault import _numbers, _office
from compliance.vault._grids import BLANK_RUN, MOST_COLUMNS, MOST_ROWS, Grid, too_large

MOST_PART = 64 * 1024**2
MOST_SHEETS = 100
MOST_MERGES = 50_000
# Programs keep a cell for each one that a merged area covers; so does the way back out.
MOST_MERGED = 500_000
MOST_WORDS = 50
# Columns of a row that is read by itself; a cell may claim to stand in the sixteen thousandth.
WIDEST = 500
MOST_LISTS = 200
_HEAD = 4096

# What a part's name or a relationship says about a workbook that does more than hold text.
_MACROS = re.compile(r"vbaproject\.bin$|/macrosheets/|/dialogsheets/", re.IGNORECASE)
_LINKS = re.compile(r"/externallinks/|/connections\.xml$|/querytables/", re.IGNORECASE)
_OBJECTS = re.compile(r"/embeddings/|/activex/", re.IGNORECASE)
_SIGNATURE = re.compile(r"_xmlsignatures/.+\.xml", re.IGNORECASE)
_MACRO_TYPE = re.compile(rb"macroEnabled|vbaProject|ms-excel\.(macrosheet|intlmacrosheet)")
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")
# cmd|'/c x'!A0 asks another program; a bar inside quotes is text or part of a sheet's name.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_DDE = re.compile(r"\w\|")
# Functions that ask a server, and could tell it what stands in the cells beside them.
_FETCHES = re.compile(r"\b(?:WEBSERVICE|RTD|IMPORTDATA|IMPORTXML|IMAGE)\s*\(", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!\s\"(),]+))!)?(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)"
)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_FAULTS = (
    zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, KeyError, IndexError,
    ValueError, TypeError, NotImplementedError, RuntimeError, OverflowError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a workbook may unpack to, and how much of it is looked at.

    `elements` are cells and others, blank ones included; `strings` those that sheets share, which are
    held in memory and therefore stand in a part of MOST_PART bytes at most.
    """

    unpacked: int
    part: int
    strings: int
    elements: int
    # Whether a workbook that reaches out to other files and programs is refused.
    strict: bool = True


FORM = Bounds(unpacked=100 * 1024**2, part=MOST_PART, strings=400_000, elements=1_500_000)
# Results of a checklist on hundreds of hosts, read a row at a time and only as text.
LONG = Bounds(
    unpacked=512 * 1024**2, part=512 * 1024**2, strings=1_000_000, elements=20_000_000, strict=False
)


class _Archive(zipfile.ZipFile):
    """The package, with its bounds."""

    def __init__(self, source: Path | BinaryIO, bounds: Bounds) -> None:
        super().__init__(source)
        self.bounds = bounds


@dataclass(slots=True)
class Sheet:
    name: str
    hidden: bool
    grid: Grid


def read(path: Path) -> list[Sheet]:
    """Return every worksheet, or raise Refused with one sentence."""
    _office.check_workbook(path)
    try:
        with _Archive(path, FORM) as archive:
            _check_parts(archive)
            return _Book(archive).read()
    except _FAULTS as fault:
        raise broken() from fault


def stream(source: BinaryIO) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (sheet, number of the row, its cells from A on) a row at a time; raise Refused.

    Each sheet begins with a row numbered 0 without cells. Merged areas are not filled in.
    """
    _office.check_workbook(source)
    try:
        with _Archive(source, LONG) as archive:
            _check_parts(archive)
            yield from _Book(archive).rows()
    except _FAULTS as fault:
        raise broken() from fault


def is_signed(path: Path) -> bool:
    """Whether the workbook carries a digital signature (ECMA-376 part 2, 13)."""
    with zipfile.ZipFile(path) as archive:
        return any(_SIGNATURE.match(name) for name in archive.namelist())


def broken() -> Refused:
    return Refused(
        _("This workbook is broken. Open it in Excel, save it anew as XLSX and upload that.")
    )


def _check_name(name: str) -> None:
    if _MACROS.search(name):
        raise _has_macros()
    if _LINKS.search(name):
        raise _linked()
    if _OBJECTS.search(name):
        raise Refused(
            _(
                "This workbook has embedded objects or controls. Delete them, save it as XLSX and "
                "upload that."
            )
        )


def _has_macros() -> Refused:
    return Refused(_("This workbook has macros. Save it as XLSX without macros and upload that."))


def _linked() -> Refused:
    return Refused(
        _(
            "This workbook takes values from other files or programs. Break the links "
            "(Data → Edit links), save it and upload it again."
        )
    )


def _check_parts(archive: _Archive) -> None:
    """Refuse by names, types and relationships, before any sheet is read."""
    entries = archive.infolist()
    names = [each.filename for each in entries]
    if len({name.lower() for name in names}) != len(names):
        raise broken()
    if sum(each.file_size for each in entries) > archive.bounds.unpacked:
        raise too_large()
    for name in names if archive.bounds.strict else ():
        _check_name(f"/{name}")
    for name in names:
        if name.lower().endswith((".xml", ".rels", ".vml")):
            _check_xml(archive, name)


def _check_xml(archive: _Archive, name: str) -> None:
    with archive.open(name) as part:
        head = part.read(_HEAD).replace(b"\0", b"")
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise _declares()
        if not archive.bounds.strict:
            return
        if name == "[Content_Types].xml" and _MACRO_TYPE.search(head + part.read(MOST_PART // 16)):
            raise _has_macros()
        if name.endswith(".rels"):
            relations = _EXTERNAL.findall(head + part.read(MOST_PART // 16))
            # A link that a person may click is text; everything else is fetched by the program.
            if any(b"/hyperlink" not in relation for relation in relations):
                raise _linked()


def _declares() -> Refused:
    return Refused(
        _("This workbook declares XML entities, which no spreadsheet program does. It is not read.")
    )


class _Bounded:
    """A part of the archive that ends the reading when it grows beyond its bound."""

    def __init__(self, part: IO[bytes], most: int) -> None:
        self.part, self.left = part, most

    def read(self, size: int = -1) -> bytes:
        chunk = self.part.read(size if size > 0 else 65536)
        self.left -= len(chunk)
        if self.left < 0:
            raise too_large()
        return chunk


@contextmanager
def _elements(archive: _Archive, name: str, *tags: str) -> Iterator[Iterator[Any]]:
    """Yield the finished elements of *tags* one by one; each is emptied after its turn."""
    bounds = archive.bounds
    with archive.open(name) as part:
        most = bounds.part if "row" in tags else MOST_PART
        yield _streamed(_Bounded(part, most), tags, bounds.elements)


def _streamed(part: _Bounded, tags: tuple[str, ...], most: int) -> Iterator[Any]:
    context = etree.iterparse(
        part,
        events=("end",),
        tag=[f"{{*}}{tag}" for tag in tags],
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    for number, (_event, element) in enumerate(context):
        if not number and element.getroottree().docinfo.doctype:
            raise _declares()
        if number > most:
            raise too_large()
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


class _Book:
    """The parts that all sheets share: names, strings, number formats."""

    def __init__(self, archive: _Archive) -> None:
        self.archive = archive
        # Excel takes the names of parts without regard to case.
        self.known = {each.filename.lower(): each.filename for each in archive.infolist()}
        self.names: dict[str, str] = {}
        self.main = self._main()
        self.relations = self._relations(self.main)
        self.strings = self._strings()
        self.formats = self._formats()
        self.from_1904 = False

    def read(self) -> list[Sheet]:
        """Return the worksheets; drop-downs that name cells get the words of those cells."""
        sheets = list(self._sheets())
        grids = {sheet.name: sheet.grid for sheet in sheets}
        for sheet in sheets:
            for columns, formula in sheet.grid.lists:
                words = self._words(formula, sheet.name, grids)
                for column in columns if words else ():
                    sheet.grid.choices.setdefault(column, words)
        return sheets

    def rows(self) -> Iterator[tuple[str, int, list[str]]]:
        """Every sheet a row at a time."""
        looked_at = 0
        for name, _hidden, target in self._listed():
            yield name, 0, []
            reader = _SheetReader(self, looked_at)
            for number, cells in reader.rows(target):
                yield name, number, cells
            looked_at = reader.looked_at

    def _words(self, formula: str, name: str, grids: dict[str, Grid]) -> list[str]:
        """The words of the cells that *formula* names by their place or by a defined name."""
        found = _PLACE.fullmatch(self.names.get(formula, formula))
        if found is None:
            return []
        quoted, plain, reference = found.groups()
        grid = grids.get((quoted or "").replace("''", "'") or plain or name)
        left, top, right, bottom = _bounds(reference.replace("$", ""))
        rows = [] if grid is None else [row for row in grid.cells if top <= row <= bottom]
        texts = [
            text
            for row in rows
            for column, text in (grid.cells[row] if grid else {}).items()
            if left <= column <= right
        ]
        return texts[:MOST_WORDS]

    def _sheets(self) -> Iterator[Sheet]:
        for name, hidden, target in self._listed():
            yield Sheet(name, hidden, _SheetReader(self).read(target))

    def _listed(self) -> Iterator[tuple[str, bool, str]]:
        """(name, hidden, part) of each worksheet."""
        tags = ("workbookPr", "sheet", "definedName")
        with _elements(self.archive, self.main, *tags) as elements:
            listed = []
            for each in elements:
                if _local(each) == "workbookPr":
                    self.from_1904 = each.get("date1904") in ("1", "true")
                elif _local(each) == "definedName":
                    self.names[each.get("name", "")] = each.text or ""
                else:
                    relation = each.get(_RELATION) or each.get(_RELATION_STRICT)
                    state = each.get("state", "visible")
                    listed.append((each.get("name"), state != "visible", relation))
        if not listed:
            raise broken()
        for name, hidden, relation in listed[:MOST_SHEETS]:
            kind, target = self.relations.get(relation, ("", ""))
            if kind == "worksheet" and target:
                yield name, hidden, target

    def _main(self) -> str:
        """Return the part that lists the sheets: most programs call it xl/workbook.xml."""
        found = self._relations("").values()
        main = next((target for kind, target in found if kind == "officeDocument"), "")
        if not main:
            raise broken()
        return main

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """{id: (kind, part)} of *part*, "" is the package; the part is "" where the file lacks it."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels").lower()
        with _elements(self.archive, self.known[path], "Relationship") as elements:
            return {
                each.get("Id"): (
                    each.get("Type", "").rpartition("/")[2],
                    self._target(folder, each.get("Target", "")),
                )
                for each in elements
            }

    def _target(self, folder: str, target: str) -> str:
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return self.known.get(path.lower(), "")

    def _part(self, kind: str) -> str:
        found = (target for each, target in self.relations.values() if each == kind)
        return next((target for target in found if target), "")

    def _strings(self) -> list[str]:
        name = self._part("sharedStrings")
        if not name:
            return []
        strings = []
        with _elements(self.archive, name, "si") as elements:
            for each in elements:
                strings.append(_text_of(each))
                if len(strings) > self.archive.bounds.strings:
                    raise too_large()
        return strings

    def _formats(self) -> list[str]:
        """The number format of each cell style."""
        name = self._part("styles")
        if not name:
            return []
        own: dict[int, str] = {}
        formats: list[str] = []
        with _elements(self.archive, name, "numFmt", "cellXfs") as elements:
            for each in elements:
                if _local(each) == "numFmt":
                    own[int(each.get("numFmtId", 0))] = each.get("formatCode", "")
                else:
                    ids = [int(style.get("numFmtId", 0)) for style in each]
                    formats = [own.get(i) or _numbers.builtin(i) for i in ids]
        return formats


def _text_of(element: Any) -> str:
    """The text of a string: its runs, without the reading aid (rPh) of East Asian text."""
    parts: list[str] = []
    for child in element:
        local = _local(child)
        if local == "t":
            parts.append(child.text or "")
        elif local == "r":
            parts.extend(run.text or "" for run in child if _local(run) == "t")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


class _SheetReader:
    """One worksheet, streamed."""

    def __init__(self, book: _Book, looked_at: int = 0) -> None:
        self.book = book
        self.grid = Grid()
        self.row = 0
        self.merged = 0
        self.looked_at = looked_at

    def read(self, name: str) -> Grid:
        handlers = {
            "row": self._row,
            "mergeCell": self._merge,
            "col": self._columns,
            "dataValidation": self._choices,
        }
        with _elements(self.book.archive, name, *handlers) as elements:
            for each in elements:
                handlers[_local(each)](each)
        return self.grid

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """Rows with any text, one at a time, until a long run of blank ones."""
        last = 0
        with _elements(self.book.archive, name, "row") as elements:
            for element in elements:
                number = int(element.get("r") or self.row + 1)
                self.row = number
                if number > last + BLANK_RUN:
                    return
                shown = self._cells(element)
                found = [(at, text) for at, text in shown if text and at <= WIDEST]
                if found:
                    cells = [""] * max(column for column, _text in found)
                    for column, text in found:
                        cells[column - 1] = text
                    last = number
                    yield number, cells

    def _row(self, element: Any) -> None:
        self.row = int(element.get("r") or self.row + 1)
        if self.grid.is_over(self.row):
            self.grid.cut = self.grid.cut or any(len(cell) for cell in element)
            return
        if element.get("hidden") in ("1", "true"):
            self.grid.hidden_rows.add(self.row)
        for column, text in self._cells(element):
            self.grid.put(self.row, column, text)

    def _cells(self, element: Any) -> Iterator[tuple[int, str]]:
        """(column, text) of the cells of a row."""
        self.looked_at += len(element)
        if self.looked_at > self.book.archive.bounds.elements:
            raise too_large()
        column = 0
        for cell in element:
            if _local(cell) == "c":
                found = _REFERENCE.fullmatch((cell.get("r") or "").upper())
                column = _column(found[1]) if found else column + 1
                yield column, self._shown(cell)

    def _shown(self, cell: Any) -> str:
        value = inline = ""
        formula = False
        for child in cell:
            local = _local(child)
            if local == "v":
                value = child.text or ""
            elif local == "is":
                inline = _text_of(child)
            elif local == "f":
                if self.book.archive.bounds.strict:
                    self._check_formula(child.text or "")
                formula = True
        if formula and value:
            self.grid.formulas += 1
        elif formula:
            self.grid.unsaved += 1
        return inline or self._text(cell.get("t", "n"), value, cell.get("s"))

    def _check_formula(self, text: str) -> None:
        bare = _QUOTED.sub("", text)
        if _DDE.search(bare) or _FETCHES.search(bare):
            raise _linked()

    def _text(self, kind: str, value: str, style: str | None) -> str:
        if not value:
            return ""
        if kind == "s":
            return self.book.strings[int(value)]
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "n":
            formats = self.book.formats
            code = formats[int(style)] if style and int(style) < len(formats) else "General"
            self.grid.dates += _numbers.is_day(code)
            return _numbers.shown(value, code, from_1904=self.book.from_1904)
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)

    def _merge(self, element: Any) -> None:
        left, top, right, bottom = _bounds(element.get("ref", ""))
        self.merged += (bottom - top + 1) * (right - left + 1)
        if len(self.grid.merges) >= MOST_MERGES or self.merged > MOST_MERGED:
            raise too_large()
        if top <= self.grid.last and left <= MOST_COLUMNS:
            merge = (top, left, min(bottom, MOST_ROWS), min(right, MOST_COLUMNS))
            self.grid.merges.append(merge)

    def _columns(self, element: Any) -> None:
        if element.get("hidden") in ("1", "true"):
            first, last = int(element.get("min", 1)), int(element.get("max", 1))
            self.grid.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))

    def _choices(self, element: Any) -> None:
        """A drop-down: its words stand in it ("Y,N,N/A"), or in cells that it names.

        Excel 2010 keeps what names another sheet in an extension with elements instead of attributes.
        """
        if element.get("type") != "list":
            return
        texts = {_local(each): (each.text or "").strip() for each in element.iter("{*}*")}
        formula = (texts.get("f") or texts.get("formula1", "")).lstrip("=")
        columns = self._listed(element.get("sqref") or texts.get("sqref", ""))
        if not formula.startswith('"'):
            if len(self.grid.lists) < MOST_LISTS:
                self.grid.lists.append((columns, formula))
            return
        words = [word.strip() for word in formula.strip('"').split(",") if word.strip()]
        for column in columns:
            self.grid.choices.setdefault(column, words[:MOST_WORDS])

    def _listed(self, references: str) -> list[int]:
        """The columns that a list of areas touches."""
        columns: dict[int, None] = {}
        for reference in references.split()[:100]:
            left, _top, right, _bottom = _bounds(reference)
            columns.update(dict.fromkeys(range(left, min(right, MOST_COLUMNS) + 1)))
        return list(columns)


def _bounds(reference: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(reference)
    return left or 1, top or 1, right or MOST_COLUMNS, bottom or MOST_ROWS


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
