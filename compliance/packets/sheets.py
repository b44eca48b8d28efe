"""Tables of a packet as workbooks: long ones row by row, dated by the freeze, the same bytes each time."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from compliance.exchange import packages
from compliance.exchange.checklists import FACE
from compliance.exchange.filling import ILLEGAL, shortened
from compliance.exchange.workbooks import escaped

_SIDE = Side(style="thin", color="C4CBD3")
_A4 = 9


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the width of its column in digits."""

    title: str
    width: int


@dataclass(frozen=True, slots=True)
class About:
    """What stands above a table: *facts* are (name, value); *pointer* ends a text that was cut."""

    title: str
    facts: Sequence[tuple[str, str]]
    author: str
    dated: datetime
    pointer: str


def xlsx(about: About, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """Return the workbook: title, facts, then one row for each of *rows*, made to be printed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(ILLEGAL.sub("", about.title)[:31])
    head = len(about.facts) + 3
    _on_paper(sheet, columns, head, about.author)
    styles = _Styles(sheet)
    sheet.append([styles.cell(about.title, styles.title)])
    for name, value in about.facts:
        sheet.append([styles.cell(name, styles.name), styles.cell(value, styles.fact)])
    sheet.append([])
    sheet.append([styles.cell(each.title, styles.head) for each in columns])
    count = 0
    for row in rows:
        sheet.append([styles.cell(shortened(_plain(t), about.pointer), styles.body) for t in row])
        count += 1
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A{head}:{last}{head + max(count, 1)}"
    book.properties.title = ILLEGAL.sub("", about.title)
    book.properties.creator = ILLEGAL.sub("", about.author)
    out = io.BytesIO()
    book.save(out)
    return packages.dated(out.getvalue(), about.dated.astimezone(UTC))


class _Styles:
    """The looks of cells, made once: a cell of ten thousand rows copies a reference."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        top = Alignment(vertical="top", wrap_text=True)
        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        line = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
        paper = PatternFill("solid", fgColor="DCE6F1")
        self.title = self._made(font=Font(name=FACE, size=16, bold=True))
        self.name = self._made(font=Font(name=FACE, size=10, bold=True))
        self.fact = self._made(font=Font(name=FACE, size=10))
        bold = Font(name=FACE, size=9, bold=True)
        self.head = self._made(font=bold, alignment=middle, border=line, fill=paper)
        self.body = self._made(font=Font(name=FACE, size=9), alignment=top, border=line)

    def cell(self, text: str, style: Any) -> Any:
        """A cell with *text* as text: what begins like a formula is none."""
        cell: Any = WriteOnlyCell(self._sheet)
        cell._style = style
        if text := escaped(ILLEGAL.sub("", text)):
            cell._value, cell.data_type = text, "s"  # not judged, so never a formula
        return cell

    def _made(self, **looks: Any) -> Any:
        cell: Any = WriteOnlyCell(self._sheet)
        for name, look in looks.items():
            setattr(cell, name, look)
        return cell._style


def _on_paper(sheet: Any, columns: Sequence[Column], head: int, author: str) -> None:
    for number, each in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = each.width
    sheet.freeze_panes = f"B{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    name = ILLEGAL.sub("", author)[:100].replace("&", "&&")
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = name, "&P / &N"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
