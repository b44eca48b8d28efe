"""Read a table by its layout: which row is a requirement, which a detail, which an area."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from compliance.exchange import checking, headers, headings, restarting
from compliance.exchange.items import MOST_ITEMS, TOO_MANY, Area, Becomes, Item, Reading, Row
from compliance.exchange.layouts import ANSWERS, Layout, Role, Sheet
from compliance.shared import tables
from compliance.shared.errors import Refused
from compliance.vault.tables import Book, Table

# A number that stands alone lacks its requirement, which a person has to hear of.
_NUMBER = re.compile(r"\S*\d\S*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Notes between the rows of a table: they head nothing.
_ASIDE = re.compile(r"\s*(?:[※＊*]|주[):]|비고\s*[):]|참고\s*[):]|notes?\s*:)", re.IGNORECASE)
_DETAILS = [Role.DETAIL, Role.TEST, Role.EVIDENCE_ASKED]


def read(
    book: Book, layout: Layout, *, prefix: str = "R", skip: frozenset[str] = frozenset()
) -> Reading:
    """Return every row with what it becomes; *skip* holds keys of rows that a person left out.

    Raises Refused when there are more requirements than a profile may have.
    """
    reading = Reading()
    if book.signed:
        reading.notes.append(
            _("The workbook is signed. Filled with answers it is another one: sign it again then.")
        )
    for sheet in layout.sheets:
        table = book.table(sheet.name)
        if table is not None:
            # Sheets beside each other are chapters; one alone is not.
            chapter = sheet.name if len(layout.sheets) > 1 else ""
            _SheetReader(table, sheet, reading, skip, chapter).read()
            _note(reading, table, sheet)
    _number(reading, layout, prefix)
    restarting.tell_apart(reading)
    if not any(sheet.columns.get(Role.PARENT) for sheet in layout.sheets):
        checking.find_parents(reading)
    checking.check_codes(reading)
    checking.check_parents(reading)
    _set_areas(reading)
    _place(reading)
    return reading


@dataclass(slots=True)
class _SheetReader:
    """One sheet, from top to bottom."""

    table: Table
    sheet: Sheet
    reading: Reading
    skip: frozenset[str]
    chapter: str
    # Where the reader is: the last heading row, area and area within it.
    section: str = ""
    area: str = ""
    subarea: str = ""
    last: Row | None = None
    taken: int = 0
    # Rows with one text alone: a heading when a requirement follows, else a note under the table.
    pending: list[Row] = field(default_factory=list)

    def read(self) -> None:
        if not self.sheet.columns.get(Role.TITLE):
            return
        for number in range(self.sheet.header_row + 1, self.table.last_row + 1):
            if number in self.table.cells:
                self._row(number)

    def _row(self, number: int) -> None:
        row = Row(self.sheet.name, number, Becomes.NOTHING, self._summary(number))
        row.skipped = row.key in self.skip
        self.reading.rows.append(row)
        if self._is_header_again(number) or self._is_aside(number):
            return
        if self._is_more_of_the_last(number):
            self._append(row)
        elif self._is_lone(number) or self._is_heading(number):
            self.pending.append(row)
        elif self._own(Role.CODE, number) or self._seen(Role.TITLE, number):
            self._requirement(row)

    def _column(self, role: str) -> int:
        return self.sheet.columns.get(role, 0)

    def _own(self, role: str, number: int) -> str:
        column = self._column(role)
        return self._said(self.table.text(number, column)) if column else ""

    def _said(self, text: str) -> str:
        """A CSV of ours has a quote before what a spreadsheet would run; it is no part of the text."""
        return text if self.table.name else tables.plain(text)

    def _seen(self, role: str, number: int) -> str:
        column = self._column(role)
        return self._said(self.table.seen(number, column)) if column else ""

    def _summary(self, number: int) -> str:
        return " · ".join(" ".join(text.split()) for text in self.table.cells[number].values())[
            :200
        ]

    def _is_header_again(self, number: int) -> bool:
        """Long forms repeat their header on every page."""
        title, top = self._own(Role.TITLE, number), self._own(Role.TITLE, self.sheet.header_row)
        return bool(title) and title == top and len(self.table.cells[number]) > 1

    def _is_aside(self, number: int) -> bool:
        """A row that counts other rows, or a note under a mark of its own."""
        texts = list(self.table.cells[number].values())
        if headings.is_sum(texts[0]):
            return True
        return len(texts) == 1 and bool(_ASIDE.match(texts[0]))

    def _is_heading(self, number: int) -> bool:
        """A number and a title over rows that go on with them, or over the columns of the answers."""
        if self._heads_the_next(number):
            return True
        column = self._column(Role.TITLE)
        merge = self.table.merge_at(number, column) if column else None
        if merge is None or merge.top != merge.bottom:
            return False
        answers = (self._column(role) for role in ANSWERS)
        return any(merge.left < each <= merge.right for each in answers if each)

    def _heads_the_next(self, number: int) -> bool:
        """Whether the row is a number and a name alone, and the next is numbered within it and says more."""
        asked = {column for role in _DETAILS if (column := self._column(role))}
        below = self.table.next_row(number)
        if not asked or set(self.table.cells[number]) != {
            self._column(Role.CODE),
            self._column(Role.TITLE),
        }:
            return False
        above, code = (checking.code_of(self._own(Role.CODE, each)) for each in (number, below))
        inside = any(code.startswith(f"{above}{sign}") for sign in ".-")
        return inside and (
            bool(asked & set(self.table.cells[below])) or self._heads_the_next(below)
        )

    def _is_more_of_the_last(self, number: int) -> bool:
        """Whether the row goes on with the requirement above: its number covers both, or is blank."""
        if self.last is None or self.last.item is None or self.pending:
            return False
        code, title = self._own(Role.CODE, number), self._own(Role.TITLE, number)
        if code:
            same = checking.code_of(code) == self.last.item.code
            return same and title in ("", self.last.item.title)
        if self._spans_down(Role.CODE, number):
            return True
        detailed = any(self._own(role, number) for role in _DETAILS)
        if self._column(Role.CODE) or title:
            return not title and detailed and not self._own(Role.AREA, number)
        return self._spans_down(Role.TITLE, number) or detailed

    def _spans_down(self, role: str, number: int) -> bool:
        column = self._column(role)
        merge = self.table.merge_at(number, column) if column else None
        return merge is not None and merge.top < number and merge.top > self.sheet.header_row

    def _is_lone(self, number: int) -> bool:
        cells = self.table.cells[number]
        if len(cells) != 1 or self._spans_down(Role.CODE, number):
            return False
        column = next(iter(cells))
        merge = self.table.merge_at(number, column)
        spans = merge is not None and merge.right > merge.left
        if column == self._column(Role.CODE) and not spans and _NUMBER.fullmatch(cells[column]):
            return False
        return column != self._column(Role.TITLE) or spans or bool(self._column(Role.CODE))

    def _append(self, row: Row) -> None:
        assert self.last is not None and self.last.item is not None  # noqa: S101, PT018
        row.becomes = Becomes.DETAIL
        item, number = self.last.item, row.number
        title = self._own(Role.TITLE, number)
        for text in (title, self._own(Role.DETAIL, number)):
            if text and text not in (item.title, item.statement):
                item.statement = f"{item.statement}\n{text}".strip()
        item.tests += checking.lines(self._own(Role.TEST, number))
        item.evidence += checking.lines(self._own(Role.EVIDENCE_ASKED, number))

    def _requirement(self, row: Row) -> None:
        row.becomes, number = Becomes.REQUIREMENT, row.number
        self._take_area(row)
        item = row.item = self._item(number)
        self._check(row, item)
        self.last = row
        self.taken += 1
        if self.taken > MOST_ITEMS:
            raise Refused(TOO_MANY)

    def _take_area(self, row: Row) -> None:
        for each in self.pending:
            each.becomes = Becomes.AREA
            self.section = " ".join(self.table.cells[each.number].values())
            self.area = self.subarea = ""
        self.pending = []
        if area := self._seen(Role.AREA, row.number):
            self.subarea = self.subarea if area == self.area else ""
            self.area = area
        self.subarea = self._seen(Role.SUBAREA, row.number) or self.subarea
        if self._column(Role.AREA) and not (self.area or self.section):
            row.problems.append(
                _("No area is known for this row. Fill it in or choose another column.")
            )

    def _area(self) -> str:
        """From the outside to the inside: "1장 관리 › 정책"."""
        found = dict.fromkeys(
            " ".join(text.split()) for text in (self.section, self.area, self.subarea) if text
        )
        return (" › ".join(found) or self.chapter)[: checking.TITLE_LIMIT]

    def _item(self, number: int) -> Item:
        title = self._seen(Role.TITLE, number)
        detail = self._seen(Role.DETAIL, number)
        plain = " ".join(title.split())
        statement = detail if detail and detail != title else title
        if len(plain) > checking.TITLE_LIMIT:
            statement = title if statement == title else f"{title}\n{statement}"
            plain = plain[: checking.TITLE_LIMIT - 1] + "…"
        return Item(
            code=checking.code_of(self._own(Role.CODE, number)),
            title=plain,
            statement=statement,
            area=self._area(),
            parent=checking.code_of(self._seen(Role.PARENT, number)),
            tests=checking.lines(self._seen(Role.TEST, number)),
            evidence=checking.lines(self._seen(Role.EVIDENCE_ASKED, number)),
            answers={str(role): text for role in ANSWERS if (text := self._own(role, number))},
        )

    def _check(self, row: Row, item: Item) -> None:
        problems, number = row.problems, row.number
        if not item.title:
            problems.append(_("This row has a number but no requirement."))
        if self._column(Role.CODE) and not item.code:
            problems.append(_("This row has no number. Skip it, or add the number to the file."))
        if _DATE.fullmatch(item.code):
            problems.append(
                _(
                    "Excel has turned this number into a date. Make the column text and type it anew."
                )
            )
        problems += checking.lengths(item)
        if word := self._seen(Role.SEVERITY, number):
            item.severity = headings.severity_of(word)
            if not item.severity:
                problems.append(_("“%s” is no known severity.") % word[:40])
        if word := self._seen(Role.MANDATORY, number):
            item.mandatory = headings.mandatory_of(word)
            if item.mandatory is None:
                problems.append(_("“%s” says neither mandatory nor optional.") % word[:40])


def _other_header(table: Table, sheet: Sheet) -> int:
    """Return the row that heads other columns than the sheet's header does, 0 where there is none."""
    top = sheet.header_row
    own = set(table.cells.get(top, {}).values())
    for row, cells in table.cells.items():
        words = {headings.role_of(text) for text in cells.values()} - {""}
        apart = abs(row - top) >= headers.MOST_HEADER_ROWS
        if apart and len(words) > headers.LIKE_A_HEADER and set(cells.values()) != own:
            return row
    return 0


def _note(reading: Reading, table: Table, sheet: Sheet) -> None:
    """What a person would not see, or should know of."""
    hidden = sum(row.number in table.hidden_rows for row in reading.rows if row.sheet == table.name)
    name = table.name
    if other := _other_header(table, sheet):
        reading.notes.append(
            _(
                "Sheet “%(sheet)s”: row %(row)d reads like the header of another table, which is not "
                "read. Put each table on a sheet of its own."
            )
            % {"sheet": name, "row": other}
        )
    if table.dates:
        reading.notes.append(
            _(
                "Sheet “%(sheet)s”: %(number)d cells hold a day and a month. Where Excel made them of "
                "numbers like 1-1, they are read so again: check the numbers."
            )
            % {"sheet": name, "number": table.dates}
        )
    if hidden:
        reading.notes.append(
            _("Sheet “%(sheet)s”: %(number)d hidden rows were read too.")
            % {"sheet": name, "number": hidden}
        )
    if table.formulas:
        reading.notes.append(
            _("Sheet “%(sheet)s”: %(number)d formulas count by the value saved with them.")
            % {"sheet": name, "number": table.formulas}
        )
    if table.unsaved:
        reading.notes.append(
            _(
                "Sheet “%(sheet)s”: %(number)d formulas have no saved value and count as blank. Open "
                "the file in Excel, save it and upload it again."
            )
            % {"sheet": name, "number": table.unsaved}
        )
    if table.cut:
        reading.notes.append(
            _("Sheet “%s”: what stands beyond column 200 or far below the table was left out.")
            % name
        )


def _number(reading: Reading, layout: Layout, prefix: str) -> None:
    """Give codes where the document has none."""
    without = {sheet.name for sheet in layout.sheets if not sheet.columns.get(Role.CODE)}
    items = [r.item for r in reading.rows if r.item and r.sheet in without and not r.skipped]
    for serial, item in enumerate(items, 1):
        item.code = f"{prefix}-{serial:03d}"
    reading.codes_generated = bool(items)


def _place(reading: Reading) -> None:
    """Say which rows belong to each code: its own first, then those that go on with it."""
    last: Row | None = None
    for row in reading.rows:
        if row.item:
            last = row
        elif row.becomes != Becomes.DETAIL:
            continue
        if last and last.item and not last.skipped:
            places = reading.rows_of.setdefault(row.sheet, {})
            places.setdefault(last.item.code, []).append(row.number)


def _set_areas(reading: Reading) -> None:
    """Replace the area's text in each item by its code; areas come in the order of the document."""
    codes: dict[str, Area] = {}
    for item in reading.taken:
        title = item.area
        if title not in codes:
            codes[title] = Area(f"A{len(codes) + 1:02d}", title) if title else Area.all()
        item.area = codes[title].code
    reading.areas = list(codes.values())
