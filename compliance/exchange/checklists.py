"""The plain checklist (이행점검표): a workbook to read and print, and the same as CSV."""

import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from compliance.evidence.models import State
from compliance.exchange import packages
from compliance.exchange.answers import Answer, Answers, Given, Verdict
from compliance.exchange.filling import ILLEGAL, shortened
from compliance.exchange.workbooks import escaped
from compliance.requirements.models import Profile, Requirement
from compliance.shared.severity import Severity
from compliance.shared.tables import to_csv

# Ink and paper of a verdict: readable in grey too, and the word stands in the cell.
COLOURS = {
    Verdict.MET: ("1B5E20", "E3F4E4"),
    Verdict.PARTIAL: ("7A4B00", "FFF1D6"),
    Verdict.NOT_MET: ("8E1B16", "FBE3E1"),
    Verdict.INCONCLUSIVE: ("8E1B16", "F6E9F7"),
    Verdict.NOT_APPLICABLE: ("4A5560", "ECEFF2"),
    Verdict.NOT_CHECKED: ("4A5560", "FFFFFF"),
}
FACE = "맑은 고딕"
_SIDE = Side(style="thin", color="C4CBD3")
_LINE = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_HEAD = PatternFill("solid", fgColor="DCE6F1")
_WARN = PatternFill("solid", fgColor="FFF1D6")
# A Hangul syllable is about two of the digits in which Excel counts a column's width.
_TOP = Alignment(vertical="top", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, width in digits, whether its texts are short words in the middle."""

    title: "str | Promise"
    width: int
    text: Callable[[Answer, str], str]
    middle: bool = False


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


def _evidence(given: list[Given]) -> str:
    return "\n".join(_given(each) for each in given)


def _given(given: Given) -> str:
    files = f" ({', '.join(name for name, _digest in given.files)})" if given.files else ""
    state = "" if given.stands else f" [{_state(given)}]"
    return f"{given.code} {given.title}{files}{state}"


def _state(given: Given) -> str:
    """An accepted one that no longer stands is past its day."""
    state = State.EXPIRED if given.state == State.ACCEPTED else State(given.state)
    return str(state.label)


VERDICT = Column(
    gettext_lazy("Verdict"), 9, lambda a, _l: str(Verdict(a.verdict).label), middle=True
)
EVIDENCE = Column(gettext_lazy("Evidence"), 28, lambda a, _l: _evidence(a.evidence))
PROVENANCE = Column(
    gettext_lazy("Provenance"),
    11,
    lambda a, _l: str(Requirement.Provenance(a.asked.provenance).label),
)
COLUMNS = [
    Column(pgettext_lazy("column", "Number"), 11, lambda a, _l: a.asked.code),
    Column(gettext_lazy("Area"), 6, lambda a, _l: a.asked.area, middle=True),
    Column(gettext_lazy("Requirement"), 20, lambda a, lang: a.asked.title.said(lang)),
    Column(pgettext_lazy("column", "Detail"), 34, lambda a, lang: a.asked.statement.said(lang)),
    Column(
        gettext_lazy("Mandatory"),
        6,
        lambda a, _l: _("Mandatory") if a.asked.mandatory else _("Optional"),
        middle=True,
    ),
    Column(
        pgettext_lazy("column", "Severity"),
        9,
        lambda a, _l: str(Severity(a.asked.severity).label),
        middle=True,
    ),
    VERDICT,
    Column(gettext_lazy("Implementation statement"), 44, lambda a, _l: a.statement.strip()),
    Column(gettext_lazy("Reason"), 16, lambda a, _l: a.reason.strip()),
    EVIDENCE,
    Column(pgettext_lazy("column", "Open tasks"), 8, lambda a, _l: "\n".join(a.tasks)),
    Column(pgettext_lazy("column", "Owner"), 8, lambda a, _l: a.owner, middle=True),
    Column(gettext_lazy("Signed by"), 8, lambda a, _l: a.decided_by, middle=True),
    Column(gettext_lazy("Signed on"), 11, lambda a, _l: _day(a.decided_at), middle=True),
    PROVENANCE,
]
# In points; the second is Excel's limit.
LINE_HEIGHT, HIGHEST = 12.5, 409.0


def csv(answers: Answers, *, language: str = "ko") -> bytes:
    """Return one table, heading first: UTF-8 with a byte-order mark, CRLF, nothing that runs."""
    with override(language):
        header = [str(column.title) for column in COLUMNS]
        rows = [
            [_cell(column.text(item, language), item) for column in COLUMNS]
            for item in answers.items
        ]
        return to_csv(header, rows)


def xlsx(
    answers: Answers,
    *,
    language: str = "ko",
    as_of: datetime | None = None,
    columns: Sequence[Column] = COLUMNS,
) -> bytes:
    """Return the workbook, dated *as_of* (the last change). Equal input gives equal bytes.

    *columns* has VERDICT among them, whose cells are coloured.
    """
    moment = as_of or answers.changed_at
    with override(language):
        book = Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)  # noqa: S101 - a fresh workbook has one
        sheet.title = _("Checklist")
        first = _head(sheet, answers, language, moment, columns)
        _table(sheet, answers, language, first, columns)
        _on_paper(sheet, first, answers, len(columns))
        book.properties.title = ILLEGAL.sub(
            "", f"{answers.about.title.said(language)} {sheet.title}"
        )
        book.properties.creator = ILLEGAL.sub("", answers.about.organisation)
        out = io.BytesIO()
        book.save(out)
    return packages.dated(out.getvalue(), moment.astimezone(UTC))


def _cell(text: str, item: Answer) -> str:
    pointer = _("… (cut here: %(code)s continues in the submitted PDF)") % {"code": item.asked.code}
    return shortened(ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")), pointer)


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Write *text* as a text: what begins like a formula is none."""
    cell = sheet.cell(row, column)
    text = escaped(ILLEGAL.sub("", text))
    cell.value = text or None
    if text:
        cell.data_type = "s"
    return cell


def _height(texts: list[str], columns: Sequence[Column]) -> float:
    """Guess the height in points that shows *texts* of one row whole, as far as Excel lets a row grow.

    Excel would fit the row itself when it opens the file, other programs and printers do not.
    """
    lines = max(
        sum(-(-_wide(line) // column.width) or 1 for line in text.split("\n"))
        for text, column in zip(texts, columns, strict=True)
    )
    return min(lines * LINE_HEIGHT + 4, HIGHEST)


def _wide(line: str) -> int:
    """How many digits of the default face a line of the table's smaller one takes."""
    doubled = sum(unicodedata.east_asian_width(char) in {"W", "F"} for char in line[:4000])
    return int((len(line[:4000]) + doubled) * 0.78) + 1 if line else 0


def _head(
    sheet: Worksheet,
    answers: Answers,
    language: str,
    moment: datetime,
    columns: Sequence[Column],
) -> int:
    """Write who answers what, and whose words these are; return the row of the headings."""
    about = answers.about
    title = _put(sheet, 1, 1, f"{about.title.said(language)} {sheet.title}")
    title.font = Font(name=FACE, size=16, bold=True)
    facts = [
        (_("Organisation"), about.organisation),
        (_("Platform"), about.platform.said(language)),
        (_("Version"), " · ".join(filter(None, [about.version, about.edition]))),
        (_("As of"), timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")),
        (_("Verdicts"), _counted(answers)),
    ]
    for row, (name, value) in enumerate(facts, start=2):
        _put(sheet, row, 1, name).font = Font(name=FACE, size=10, bold=True)
        _put(sheet, row, 3, value).font = Font(name=FACE, size=10)
    row = len(facts) + 2
    warning = _warning(answers, language)
    if warning:
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
        cell = _put(sheet, row, 1, warning)
        cell.font, cell.fill, cell.alignment = Font(name=FACE, size=10), _WARN, _TOP
        width = sum(column.width for column in columns)
        sheet.row_dimensions[row].height = 16 * (len(warning) * 2 // width + 1)
        row += 1
    return row + 1


def _counted(answers: Answers) -> str:
    counts = [(v, sum(item.verdict == v for item in answers.items)) for v in Verdict]
    return " · ".join(f"{verdict.label} {number}" for verdict, number in counts if number)


def _warning(answers: Answers, language: str) -> str:
    """Nobody may take our own wording for the platform's."""
    if answers.about.status != Profile.Status.REFERENCE:
        return answers.about.disclaimer.said(language)
    own = _("Reference profile, not the platform's own document.")
    return f"{own} {answers.about.disclaimer.said(language)}".strip()


def _table(
    sheet: Worksheet, answers: Answers, language: str, first: int, columns: Sequence[Column]
) -> None:
    small, bold = Font(name=FACE, size=9), Font(name=FACE, size=9, bold=True)
    for number, column in enumerate(columns, start=1):
        cell = _put(sheet, first, number, str(column.title))
        cell.font, cell.fill, cell.border = bold, _HEAD, _LINE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    inks = {v: Font(name=FACE, size=9, bold=True, color=ink) for v, (ink, _p) in COLOURS.items()}
    papers = {v: PatternFill("solid", fgColor=paper) for v, (_i, paper) in COLOURS.items()}
    for row, item in enumerate(answers.items, start=first + 1):
        texts = [_cell(column.text(item, language), item) for column in columns]
        sheet.row_dimensions[row].height = _height(texts, columns)
        for number, (column, text) in enumerate(zip(columns, texts, strict=True), start=1):
            cell = _put(sheet, row, number, text)
            cell.font, cell.border = small, _LINE
            cell.alignment = _MIDDLE if column.middle else _TOP
        verdict = sheet.cell(row, columns.index(VERDICT) + 1)
        verdict.font, verdict.fill = inks[Verdict(item.verdict)], papers[Verdict(item.verdict)]


def _on_paper(sheet: Worksheet, first: int, answers: Answers, columns: int) -> None:
    last = get_column_letter(columns)
    end = first + max(len(answers.items), 1)
    sheet.freeze_panes = f"D{first + 1}"
    sheet.auto_filter.ref = f"A{first}:{last}{end}"
    sheet.print_title_rows = f"{first}:{first}"
    sheet.print_area = f"A1:{last}{end}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    name = ILLEGAL.sub("", answers.about.organisation)[:100].replace("&", "&&")
    footer = sheet.oddFooter
    footer.left.text, footer.right.text = name, "&P / &N"  # type: ignore[union-attr]
