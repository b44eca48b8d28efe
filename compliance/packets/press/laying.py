"""Lay out what a program writes: long tables of fixed columns, drawn without a CSS engine.

A page of such rows costs 3 ms here and 200 ms as HTML. The look is that of the style sheet; the tags
are the same: Table, TR, TH and TD, with the repeated head of the next page as an artifact.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pydyf

from compliance.packets.press.breaking import broken
from compliance.packets.press.building import Builder
from compliance.packets.press.keeping import kept
from compliance.packets.press.parts import Bookmark, Part
from compliance.packets.press.shaping import Glyph, hexadecimal, shape, width
from compliance.packets.press.stamping import PAGED
from compliance.packets.press.syntax import colour, number

_MM = 72 / 25.4
PAGE = (210 * _MM, 297 * _MM)
_LEFT, _TOP, _BOTTOM = 20 * _MM, 270 * _MM, 22 * _MM
_HEAD = PAGE[1] - _TOP
#: The width between the margins, in points.
ROOM = 170 * _MM
INK, QUIET, FAINT, HASH = "#1f2933", "#616e7c", "#7b8794", "#52606d"
_HEAD_INK, _SHADE, _RULE = "#3e4c59", "#f3f5f7", "#d3d9df"
#: Free room at each side of a cell, in points.
PAD = 1.8 * _MM
_PAD_Y = 1.5 * _MM
#: The size of a column's head.
HEAD_SIZE = 7.6
# Rows of a longer table that its last page has at least.
_LAST_ROWS = 3
# As much of its first row stands below a table's head, in points.
_FIRST_ROW = 25 * _MM
# From the middle of a line down to where its letters stand, in parts of the size.
_BASE = 0.36


@dataclass(frozen=True, slots=True)
class Span:
    """Text that begins on a line of its own.

    *link* is the anchor it leads to, *paged* with the number of its page; *anchor* its own name.
    """

    text: str
    size: float = 8
    face: str = "sans"
    ink: str = INK
    link: str = ""
    leading: float = 1.5
    anchor: str = ""
    paged: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width, where its text stands."""

    title: str
    share: float
    right: bool = False

    @property
    def wide(self) -> float:
        return ROOM * self.share


@dataclass(slots=True)
class _Line:
    """One line as it will be drawn."""

    span: Span
    glyphs: Sequence[Glyph]

    @property
    def height(self) -> float:
        return self.span.size * self.span.leading


Cell = Sequence[Span]
# Left, bottom, right, top of a part of a page, in points from its lower left corner.
Box = tuple[float, float, float, float]


class Flow:
    """Writes blocks one below the other, on as many pages as they need."""

    def __init__(self, key: str, *, blank: bool = False) -> None:
        self._builder = Builder(key)
        self._key = key
        self._resources = self._builder.number(self._builder.resources())
        self._stream: Any = None
        self._marks: list[bytes] = []
        self._y = 0.0
        self._size = PAGE
        self._pages = 0
        self._section = self._element("Sect", self._builder.document)
        self._builder.elements.append(self._section.number)
        if not blank:
            self._new_page()

    def finish(self) -> Part:
        self._end_page()
        return self._builder.finish()

    def heading(self, text: str, label: str = "") -> None:
        """Write the title of a chapter and put it into the outline."""
        self._write("H1", [Span(text, 21, "serif", leading=1.35)], after=7 * _MM)
        self._builder.bookmarks.append(Bookmark(1, label or text, 0, _LEFT, _TOP))

    def under(self, text: str) -> None:
        """Write what stands below the title of a chapter: the same in another language."""
        self._y += 5 * _MM
        self._write("P", [Span(text, 11, "serif", QUIET, leading=1.35)], after=5 * _MM)

    def subheading(self, text: str) -> None:
        self._room(45 * _MM)
        self._y -= 3 * _MM
        self._write("H2", [Span(text, 11.5, "bold", leading=1.45)], after=2.4 * _MM)

    def paragraph(self, text: str, size: float = 9, ink: str = INK, after: float = 4) -> None:
        self.spans([Span(text, size, ink=ink, leading=1.6)], after)

    def spans(self, spans: Cell, after: float = 4) -> None:
        """Write a paragraph of spans, each on lines of its own; *after* is in millimetres."""
        self._write("P", spans, after=after * _MM)

    def entry(self, text: str, label: str) -> None:
        """Write the title of something inside a chapter, listed below it in the outline."""
        self._builder.bookmarks.append(Bookmark(2, label, self._pages - 1, _LEFT, self._y))
        self._write("H2", [Span(text, 13, "serif", leading=1.4)], after=2 * _MM)

    def number(self, made: Any) -> Any:
        """Take up an object that something drawn refers to."""
        return self._builder.number(made)

    def sheet(self, wide: float, tall: float) -> None:
        """Begin a page of another size, with nothing on it."""
        self._new_page((wide, tall))

    def free(self, below: float) -> Box:
        """Return what is left of the page within its margins, *below* points of it kept free."""
        right = self._size[0] - _LEFT
        return _LEFT, _BOTTOM + below, right, self._y

    def sink(self, y: float) -> None:
        """Go on writing below *y*."""
        self._y = min(self._y, y)

    def overlay(self, form: bytes, place: bytes, box: Box, alt: str) -> None:
        """Draw a form of another document into *box*; *place* does it as /Exhibit."""
        name = self._named(form)
        self._draw(place.replace(b"/Exhibit", b"/" + name.encode()), box, alt)
        self.sink(box[1])

    def picture(self, drawn: Any, box: Box, alt: str) -> None:
        """Draw an image over all of *box*."""
        name = self._named(self._builder.number(drawn).reference)
        left, bottom, right, top = box
        place = f"{_n(right - left)} 0 0 {_n(top - bottom)} {_n(left)} {_n(bottom)} cm /{name} Do"
        self._draw(place.encode(), box, alt)
        self.sink(bottom)

    def figure(self, drawn: Any, wide: float, tall: float, alt: str) -> None:
        """Place an image below what was written, with a line around it."""
        self._room(tall)
        name = self._named(self._builder.number(drawn).reference)
        bottom = self._y - tall
        self._stream.stream.append(
            f"/Artifact BMC {_c(_RULE)} RG 0.5 w {_n(_LEFT)} {_n(bottom)} {_n(wide)} {_n(tall)} "
            "re S EMC".encode()
        )
        matrix = f"{_n(wide)} 0 0 {_n(tall)} {_n(_LEFT)} {_n(bottom)} cm /{name} Do"
        self._draw(matrix.encode(), (_LEFT, bottom, _LEFT + wide, self._y), alt)
        self._y = bottom

    def _named(self, reference: bytes) -> str:
        objects = self._resources["XObject"]
        name = f"e{len(objects)}"
        objects[name] = reference
        return name

    def _draw(self, drawing: bytes, box: Box, alt: str) -> None:
        element = self._element("Figure", self._section)
        element["Alt"] = pydyf.String(alt)
        element["A"] = pydyf.Dictionary({"O": "/Layout", "BBox": pydyf.Array(box)})
        mark = self._mark(element)
        self._stream.stream.append(b"q /Figure <</MCID %d>> BDC\n%b\nEMC Q" % (mark, drawing))

    def reserve(self, name: str, height: float = 14) -> None:
        """Keep a line free for a value that the linker stamps under *name*."""
        self._room(height)
        self._builder.anchors[name] = (self._pages - 1, _LEFT, self._y)
        self._y -= height

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
        """Write a table; its head comes again on each page it reaches."""
        heads = self._heads(columns)
        parts = (part for row in rows for part in self._fitting(columns, row))
        table: Any = None
        for group in kept(parts, _LAST_ROWS):
            if table is None:
                # A head with no row below it would be read as the end of the chapter.
                self._room(self._height(heads) + min(self._height(group[0]), _FIRST_ROW))
                table = self._element("Table", self._section)
                self._row(table, columns, heads, tag="TH")
            elif self._y - sum(map(self._height, group)) < _BOTTOM:
                self._overleaf(columns, heads)
            for part in group:
                if self._y - self._height(part) < _BOTTOM:
                    self._overleaf(columns, heads)
                self._row(table, columns, part, tag="TD")
        self._y -= 3 * _MM

    def _overleaf(self, columns: Sequence[Column], heads: list[list[_Line]]) -> None:
        """Go on with a table on the next page."""
        self._new_page()
        self._row(None, columns, heads, tag="TH")

    def _heads(self, columns: Sequence[Column]) -> list[list[_Line]]:
        return [
            self._wrapped([Span(each.title, HEAD_SIZE, "bold", _HEAD_INK)], each.wide)
            for each in columns
        ]

    def _fitting(
        self, columns: Sequence[Column], row: Sequence[Cell]
    ) -> Iterator[list[list[_Line]]]:
        """Yield the lines of a row, in several rows where it is taller than a page."""
        pairs = zip(row, columns, strict=True)
        cells = [self._wrapped(cell, column.wide) for cell, column in pairs]
        most = int((_TOP - _BOTTOM - 60) / (8 * 1.5))
        while any(len(cell) > most for cell in cells):
            yield [cell[:most] for cell in cells]
            cells = [cell[most:] for cell in cells]
        yield cells

    def _height(self, cells: Sequence[Sequence[_Line]]) -> float:
        tallest = max((sum(line.height for line in cell) for cell in cells), default=0)
        return tallest + 2 * _PAD_Y

    def _row(
        self,
        table: Any,
        columns: Sequence[Column],
        cells: Sequence[Sequence[_Line]],
        *,
        tag: str,
    ) -> None:
        """Draw one row at the cursor; without *table* it repeats what was said before."""
        height = self._height(cells)
        head = tag == "TH"
        self._decorate(height, head=head)
        row = self._element("TR", table) if table else None
        x = _LEFT
        for index, (column, lines) in enumerate(zip(columns, cells, strict=True)):
            room = column.wide
            cell = self._element(tag, row) if row else None
            if cell is not None:
                cell["A"] = pydyf.Dictionary({"O": "/Table"})
                if head:
                    cell["A"]["Scope"] = "/Column"
                    cell["ID"] = pydyf.String(f"{cell.number}-{index}")
            self._lines(cell, lines, x, room, right=column.right)
            x += room
        self._y -= height

    def _decorate(self, height: float, *, head: bool) -> None:
        draw = ["/Artifact BMC"]
        if head:
            draw.append(
                f"{_c(_SHADE)} rg {_n(_LEFT)} {_n(self._y - height)} {_n(ROOM)} {_n(height)} re f"
            )
            draw.append(f"{_c(INK)} RG 0.9 w {_rule(self._y)}")
        draw += [f"{_c(_RULE)} RG 0.4 w {_rule(self._y - height)}", "EMC"]
        self._stream.stream.append("\n".join(draw).encode())

    def _lines(
        self, owner: Any, lines: Sequence[_Line], x: float, room: float, *, right: bool
    ) -> None:
        y = self._y - _PAD_Y
        for span, group in _grouped(lines):
            target = owner
            if owner is not None and span.link:
                target = self._element("Link", owner)
            tall = sum(line.height for line in group)
            if span.anchor:
                self._builder.anchors.setdefault(span.anchor, (self._pages - 1, _LEFT, y + 6))
            self._text(target, group, x + PAD, y, (room - 2 * PAD) if right else 0)
            if target is not None and span.link:
                wide = max(width(line.glyphs, span.size) for line in group)
                box = [x + PAD, y - tall, x + PAD + wide, y]
                self._lead(target, box, span)
            y -= tall

    def _lead(self, element: Any, box: list[float], span: Span) -> None:
        if span.paged:
            box[2] += PAGED
        annotation = self._builder.link(box, span.link, paged=span.paged)
        reference = self._builder.number(
            pydyf.Dictionary(
                {"Type": "/OBJR", "Obj": annotation.reference, "Pg": self._page.reference}
            )
        )
        element["K"].append(reference.reference)
        self._builder.annotated(annotation, element.reference)

    def _write(self, tag: str, spans: Cell, after: float) -> None:
        """Write spans over the whole width; a long one goes on overleaf."""
        element = self._element(tag, self._section)
        for line in self._wrapped(spans, ROOM + 2 * PAD):
            self._room(line.height)
            target = self._element("Link", element) if line.span.link else element
            self._text(target, [line], _LEFT, self._y, 0)
            if line.span.link:
                wide = width(line.glyphs, line.span.size)
                box = [_LEFT, self._y - line.height, _LEFT + wide, self._y]
                self._lead(target, box, line.span)
            self._y -= line.height
        self._y -= after

    def _text(self, owner: Any, lines: Sequence[_Line], x: float, top: float, room: float) -> None:
        """Draw *lines* from *top* down; with *room* they end at its right side."""
        if not any(line.glyphs for line in lines):
            return
        if owner is None:
            self._stream.stream.append(b"/Artifact BMC")
        else:
            mark = self._mark(owner)
            self._stream.stream.append(f"/{owner['S'][1:]} <</MCID {mark}>> BDC".encode())
        for line in lines:
            span = line.span
            at = x + (room - width(line.glyphs, span.size) if room else 0)
            base = top - line.height / 2 - span.size * _BASE
            self._stream.stream.append(
                f"BT /{span.face} {_n(span.size)} Tf {_c(span.ink)} rg "
                f"1 0 0 1 {_n(at)} {_n(base)} Tm ".encode()
                + hexadecimal(line.glyphs)
                + b" Tj ET"
            )
            self._builder.saw(
                span.face, {each.number: (each.text, each.width) for each in line.glyphs}
            )
            top -= line.height
        self._stream.stream.append(b"EMC")

    def _mark(self, owner: Any) -> int:
        """Give the next piece of content of this page to *owner*; return its mark."""
        mark = len(self._marks)
        self._marks.append(owner.reference)
        kid: Any = mark
        if owner["Pg"] != self._page.reference:
            kid = pydyf.Dictionary({"Type": "/MCR", "Pg": self._page.reference, "MCID": mark})
        owner["K"].append(kid)
        return mark

    def _wrapped(self, spans: Cell, room: float) -> list[_Line]:
        return [
            _Line(span, glyphs)
            for span in spans
            for glyphs in broken(shape(span.text, span.face), span.size, room - 2 * PAD)
        ]

    def _element(self, tag: str, parent: Any) -> Any:
        """Make a structure element below *parent*."""
        element = pydyf.Dictionary(
            {"Type": "/StructElem", "S": f"/{tag}", "K": pydyf.Array(), "P": parent.reference}
        )
        self._builder.number(element)
        if self._pages:
            element["Pg"] = self._page.reference
        if parent is not self._builder.document:
            parent["K"].append(element.reference)
        return element

    def _room(self, height: float) -> None:
        if self._y - height < _BOTTOM:
            self._new_page()

    def _new_page(self, size: tuple[float, float] = PAGE) -> None:
        if self._stream is not None:
            self._end_page()
        self._stream = pydyf.Stream(compress=True)
        self._page = self._builder.page(self._stream, *size, self._resources)
        self._section.setdefault("Pg", self._page.reference)
        self._marks, self._y, self._size = [], size[1] - _HEAD, size
        self._pages += 1
        self._builder.anchors.setdefault(self._key, (0, 0, size[1]))

    def _end_page(self) -> None:
        self._builder.marks(self._pages - 1, self._marks)


def _grouped(lines: Sequence[_Line]) -> Iterator[tuple[Span, list[_Line]]]:
    """Put the lines of one span together."""
    group: list[_Line] = []
    for line in lines:
        if group and group[0].span is not line.span:
            yield group[0].span, group
            group = []
        group.append(line)
    if group:
        yield group[0].span, group


def _rule(y: float) -> str:
    return f"{_n(_LEFT)} {_n(y)} m {_n(_LEFT + ROOM)} {_n(y)} l S"


def _n(value: float) -> str:
    return number(value).decode()


def _c(ink: str) -> str:
    return colour(ink).decode()
