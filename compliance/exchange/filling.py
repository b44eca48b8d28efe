"""The platform's own document, filled: the very file that came in, with the answers in its cells."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from compliance.exchange import boxes
from compliance.exchange.answers import Answer, Answers, Given, Verdict
from compliance.exchange.delimited import Table
from compliance.exchange.layouts import ANSWERS, MARKS, Layout, Role, Sheet, mark_of
from compliance.exchange.models import Kind
from compliance.exchange.workbooks import Sheet as Cells
from compliance.exchange.workbooks import Workbook
from compliance.shared.errors import Refused

# What a cell of Excel holds, in UTF-16 units: an emoji is two.
CELL_LIMIT = 32_767
# What stands in the answer's cell of a form that names no words of its own.
WORDS = {
    "ko": {
        Verdict.MET: "Y",
        Verdict.PARTIAL: "부분",
        Verdict.NOT_MET: "N",
        Verdict.NOT_APPLICABLE: "N/A",
        Verdict.INCONCLUSIVE: "보류",
    },
    "en": {
        Verdict.MET: "Y",
        Verdict.PARTIAL: "Partial",
        Verdict.NOT_MET: "N",
        Verdict.NOT_APPLICABLE: "N/A",
        Verdict.INCONCLUSIVE: "On hold",
    },
}
# Words that forms use for the same, tried where a cell has a list that lacks the first choice.
SYNONYMS = {
    Verdict.MET: "Y Yes 예 O ○ ◯ 이행 적합 양호 준수 충족 완료 이행완료 Met Pass Compliant",
    Verdict.PARTIAL: "부분 부분이행 부분적합 부분준수 부분충족 일부 일부이행 △ P Partial Partially",
    Verdict.NOT_MET: "N No 아니오 아니요 X × 미이행 부적합 미준수 미충족 미흡 취약 NotMet Fail",
    Verdict.NOT_APPLICABLE: "N/A N-A NA 해당없음 비해당 미해당 해당사항없음 NotApplicable -",
    Verdict.INCONCLUSIVE: "보류 판단보류 확인필요 검토중 확인중 Inconclusive OnHold Hold TBD",
}
# What stands in the column of an answer, where the form has one for each and shows no mark.
MARK = "○"
_CHOSEN = {Role.ANSWER, *MARKS}
# Characters that XML forbids, C1 controls and halves of a pair included.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Why(models.TextChoices):
    """Why a cell was not written, or not as it stood."""

    NO_SHEET = "no_sheet", gettext_lazy("The document has no sheet of this name any more.")
    NO_ROW = "no_row", gettext_lazy("The document has no row for this requirement.")
    FORMULA = "formula", gettext_lazy("The cell holds a formula of the form, which stays.")
    MERGED = "merged", gettext_lazy("The cell is merged with one that holds something else.")
    LOCKED = "locked", gettext_lazy("The sheet is protected and this cell is locked.")
    LIST = "list", gettext_lazy("The cell's list of choices has no word for this verdict.")
    NO_COLUMN = "no_column", gettext_lazy("The form has no column for this verdict.")
    CUT = (
        "cut",
        gettext_lazy("The text is longer than a cell holds (32,767 characters); it was cut."),
    )
    ENCODING = (
        "encoding",
        gettext_lazy("The form's encoding lacks some characters; they stand as [U+…]."),
    )


WRITTEN_ANYWAY = {Why.CUT, Why.ENCODING}


@dataclass(frozen=True, slots=True)
class Note:
    """Something about one cell that a person should know. *place*: 점검표!E7."""

    code: str
    role: str
    place: str
    why: Why
    detail: str = ""

    @property
    def label(self) -> "str | Promise":
        return Role(self.role).label if self.role else ""

    @property
    def sentence(self) -> "str | Promise":
        return self.why.label


@dataclass(slots=True)
class Filled:
    """The filled form and what a person should know of it.

    *answered*: requirements with at least one written cell. *untouched*: those without an answer.
    *lacking*: characters that the form's own encoding does not have.
    """

    content: bytes = b""
    cells: int = 0
    answered: int = 0
    untouched: int = 0
    notes: list[Note] = field(default_factory=list)
    lacking: str = ""
    # The form came with a digital signature, which the answers end.
    unsigned: bool = False

    @property
    def missing(self) -> list[Note]:
        """What is not in the form at all."""
        return [each for each in self.notes if each.why not in WRITTEN_ANYWAY]

    @property
    def altered(self) -> list[Note]:
        return [each for each in self.notes if each.why in WRITTEN_ANYWAY]


class _Target(Protocol):
    """Where texts are written: a worksheet or a CSV."""

    def put(self, row: int, column: int, text: str) -> None: ...


def fill(
    content: bytes,
    kind: str,
    layout: Layout,
    answers: Answers,
    *,
    language: str = "ko",
    as_utf8: bool = False,
) -> Filled:
    """Return the document with the answers in it. *as_utf8*: a CSV leaves as UTF-8 with a mark.

    Only cells that get something are written; a requirement without an answer stays as it was.
    Raises Refused for a document that cannot be opened, or has no place for answers.
    """
    if not any(set(sheet.columns) & set(ANSWERS) for sheet in layout.sheets):
        raise Refused(_("No column of this document takes answers. Download the checklist."))
    with override(language):
        if kind == Kind.XLSX:
            return _fill_workbook(content, layout, answers)
        if kind == Kind.CSV:
            return _fill_table(content, layout, answers, as_utf8=as_utf8)
    raise Refused(_("This document has no rows to fill. Download the checklist or OSCAL."))


def _fill_workbook(content: bytes, layout: Layout, answers: Answers) -> Filled:
    book = Workbook(content)
    filler = _Filler(layout, answers)
    for sheet in layout.sheets:
        filler.fill(sheet, book.sheet(sheet.name))
    filler.filled.content = book.saved()
    filler.filled.unsigned = book.is_signed and filler.filled.cells > 0
    return filler.finished()


def _fill_table(content: bytes, layout: Layout, answers: Answers, *, as_utf8: bool) -> Filled:
    try:
        table = Table(content, encoding=layout.encoding, delimiter=layout.delimiter)
    except (UnicodeDecodeError, LookupError) as error:
        raise Refused(_("The form cannot be read in the encoding it came in.")) from error
    filler = _Filler(layout, answers, as_utf8=as_utf8)
    for sheet in layout.sheets:
        filler.fill(sheet, table)
    filler.filled.content = table.saved(as_utf8=as_utf8)
    return filler.finished()


def _legal(text: str) -> str:
    return ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, pointer: str) -> str:
    """Cut *text* to what a cell holds, *pointer* at its end; a pair of units is never split."""
    if _units(text) <= CELL_LIMIT:
        return text
    room = (CELL_LIMIT - _units(pointer)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + pointer


def evidence_lines(given: list[Given]) -> str:
    """One line a piece of evidence: number, title and the names of its files."""
    return "\n".join(
        f"{each.code} {each.title}"
        + (f" ({', '.join(name for name, _digest in each.files)})" if each.files else "")
        for each in given
    )


def texts_of(
    answer: Answer, columns: set[str], words: dict[str, str], mark: str = ""
) -> dict[str, str]:
    """Return {role: text} of the columns that get something; a reason goes where there is room."""
    statement, remark = answer.statement.strip(), answer.reason.strip()
    if remark and Role.REMARK not in columns:
        said = _("%(verdict)s: %(reason)s") % {
            "verdict": Verdict(answer.verdict).label,
            "reason": remark,
        }
        statement = f"{statement}\n{said}".strip()
    found = {
        Role.ANSWER: words.get(answer.verdict) or _word(answer.verdict),
        mark_of(answer.verdict): mark or MARK,
        Role.IMPLEMENTATION: statement,
        Role.EVIDENCE_GIVEN: evidence_lines(answer.standing),
        Role.OWNER: answer.owner,
        Role.REMARK: remark,
    }
    return {role: text for role, text in found.items() if role in columns and _legal(text).strip()}


def _word(verdict: str) -> str:
    return WORDS["ko" if get_language() == "ko" else "en"].get(Verdict(verdict), "")


def _plain(word: str) -> str:
    return re.sub(r"\s+", "", word).casefold()


def fitting(word: str, verdict: str, choices: list[str]) -> str:
    """Return the choice that says the same as *word*, or ""."""
    offered = {_plain(choice): choice for choice in reversed(choices)}
    wanted = [word, *SYNONYMS.get(Verdict(verdict), "").split()]
    return next((offered[_plain(each)] for each in wanted if _plain(each) in offered), "")


class _Filler:
    """Goes through the answers once a sheet and keeps the account of it."""

    def __init__(self, layout: Layout, answers: Answers, *, as_utf8: bool = False) -> None:
        self.layout, self.answers, self.as_utf8 = layout, answers, as_utf8
        self.filled = Filled()
        self._written: set[str] = set()
        self._placed: set[str] = set()
        self._lacking: dict[str, None] = {}

    def finished(self) -> Filled:
        filled = self.filled
        for item in self.answers.items:
            has_text = bool(texts_of(item, set(ANSWERS), self.layout.words))
            filled.untouched += not has_text
            if has_text and item.asked.code not in self._placed:
                filled.notes.append(Note(item.asked.code, "", "", Why.NO_ROW))
        filled.answered = len(self._written)
        filled.lacking = "".join(self._lacking)
        return filled

    def fill(self, sheet: Sheet, target: Cells | Table | None) -> None:
        roles = {role for role in sheet.columns if role in ANSWERS}
        owners = {row: code for code, rows in sheet.rows.items() for row in rows}
        taken: set[tuple[int, int]] = set()
        for item in self.answers.items:
            rows = sheet.rows.get(item.asked.code)
            if not rows:
                continue
            self._placed.add(item.asked.code)
            texts = texts_of(item, roles, self.layout.words, self.layout.mark)
            for role, text in (texts | _unmarked(item, texts, roles, target, sheet)).items():
                spot = _Spot(sheet, item, role, rows[0])
                if target is None:
                    self._note(spot, Why.NO_SHEET)
                elif isinstance(target, Table):
                    self._into_table(target, spot, text)
                else:
                    self._into_cells(target, spot, text, owners, taken)
            if target is not None and _has_no_mark(item, roles):
                self._note(_Spot(sheet, item, Role.ANSWER, rows[0]), Why.NO_COLUMN)

    def _into_cells(
        self,
        cells: Cells,
        spot: "_Spot",
        text: str,
        owners: dict[int, str],
        taken: set[tuple[int, int]],
    ) -> None:
        row, column = cells.top_left(spot.row, spot.column)
        if (row, column) in taken or not _is_ours(spot, row, column, owners):
            return self._note(spot, Why.MERGED)
        if cells.has_formula(row, column):
            return self._note(spot, Why.FORMULA)
        if cells.is_locked(row, column):
            return self._note(spot, Why.LOCKED)
        if spot.role in _CHOSEN and text:
            choices, current = cells.choices(row, column), cells.current(row, column)
            text = self._chosen(spot, text, choices, current)
            if not text:
                return None
        taken.add((row, column))
        cells.put(row, column, self._sized(spot, text))
        return self._count(spot)

    def _chosen(self, spot: "_Spot", text: str, choices: list[str] | None, current: str) -> str:
        """Return what a cell with a list or with boxes takes; "" and a note where nothing fits."""
        offered = [option.word for option in boxes.options(current)]
        if choices is None and not offered:
            return text
        word = fitting(text, spot.item.verdict, offered or choices or [])
        if not word:
            self._note(spot, Why.LIST, ", ".join((offered or choices or [])[:8]))
        return boxes.ticked(current, word) if word and offered else word

    def _into_table(self, table: Table, spot: "_Spot", text: str) -> None:
        if not table.has_row(spot.row):
            return self._note(spot, Why.NO_ROW)
        if spot.role == Role.ANSWER:
            text = self._chosen(spot, text, None, table.current(spot.row, spot.column))
            if not text:
                return None
        text = self._sized(spot, text)
        if lacking := "" if table.encoding == "utf-8" else table.cannot_hold(text):
            self._lacking.update(dict.fromkeys(lacking))
            if not self.as_utf8:
                self._note(spot, Why.ENCODING, lacking[:20])
                text = "".join(f"[U+{ord(c):04X}]" if c in lacking else c for c in text)
        table.put(spot.row, spot.column, text)
        return self._count(spot)

    def _sized(self, spot: "_Spot", text: str) -> str:
        text = _legal(text)
        pointer = _("… (cut here: %(code)s continues in the submitted PDF)") % {
            "code": spot.item.asked.code
        }
        short = shortened(text, pointer)
        if short is not text:
            self._note(spot, Why.CUT)
        return short

    def _note(self, spot: "_Spot", why: Why, detail: str = "") -> None:
        self.filled.notes.append(Note(spot.item.asked.code, spot.role, spot.place, why, detail))

    def _count(self, spot: "_Spot") -> None:
        self.filled.cells += 1
        self._written.add(spot.item.asked.code)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the answer of one role of one requirement belongs."""

    sheet: Sheet
    item: Answer
    role: str
    row: int

    @property
    def column(self) -> int:
        """The role's column; of an answer without one, the first that a mark may stand in."""
        marks = (self.sheet.columns[role] for role in MARKS if role in self.sheet.columns)
        return self.sheet.columns.get(self.role) or next(marks)

    @property
    def place(self) -> str:
        cell = f"{get_column_letter(self.column)}{self.row}"
        return f"{self.sheet.name}!{cell}" if self.sheet.name else cell


def _has_no_mark(item: Answer, roles: set[str]) -> bool:
    """Whether the form has a column for each answer, but none for this one."""
    role = mark_of(item.verdict)
    return (
        bool(role) and role not in roles and Role.ANSWER not in roles and bool(set(MARKS) & roles)
    )


def _unmarked(
    item: Answer, texts: dict[str, str], roles: set[str], target: Cells | Table | None, sheet: Sheet
) -> dict[str, str]:
    """Marks that the form came with in other answers' columns go: two marks are no answer."""
    if target is None or not mark_of(item.verdict):
        return {}
    row = sheet.rows[item.asked.code][0]
    others = [role for role in MARKS if role in roles and role not in texts]
    return {str(role): "" for role in others if target.current(row, sheet.columns[role])}


def _is_ours(spot: _Spot, row: int, column: int, owners: dict[int, str]) -> bool:
    """A merged cell takes the answer when it begins in a row and a column of this very item."""
    if (row, column) == (spot.row, spot.column):
        return True
    asked = {c for role, c in spot.sheet.columns.items() if role != spot.role}
    same_item = owners.get(row, spot.item.asked.code) == spot.item.asked.code
    return row > spot.sheet.header_row and same_item and column not in asked
