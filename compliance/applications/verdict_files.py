"""The platform's verdicts as a table in a file: XLSX or CSV, with whatever headers it came with."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile

from django.utils.translation import gettext_lazy as _

from compliance.applications.models import ReceivedVerdict
from compliance.applications.verdicts import UNKNOWN, Word
from compliance.requirements.models import Requirement
from compliance.shared.errors import Refused
from compliance.vault import inspection
from compliance.vault.names import clean_name
from compliance.vault.tables import Book, read_csv, read_xlsx
from compliance.vault.tables import Table as Sheet

Verdict = ReceivedVerdict.Verdict
Table = list[list[str]]

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 60
HEADER_WITHIN = 20

COLUMNS = {
    "code": _("Requirement number"),
    "verdict": _("Verdict"),
    "words": _("The platform's words"),
    "due": _("Answer due"),
}
# What the headers of such lists say, without blanks and in small letters; the surest first.
_HEADERS: dict[str, tuple[str, ...]] = {
    "code": (
        "요구사항번호",
        "항목번호",
        "항목코드",
        "요구사항코드",
        "요구사항id",
        "번호",
        "코드",
        "requirement",
        "requirementnumber",
        "number",
        "code",
        "no",
        "no.",
        "id",
    ),
    "verdict": ("심사판정", "심사결과", "판정결과", "판정", "결과", "verdict", "result", "status"),
    "words": (
        "보완요청내용",
        "보완요청사항",
        "심사의견",
        "보완의견",
        "보완내용",
        "심사자의견",
        "의견",
        "내용",
        "사유",
        "비고",
        "comment",
        "comments",
        "remark",
        "remarks",
        "words",
        "note",
    ),
    "due": (
        "보완기한",
        "회신기한",
        "제출기한",
        "조치기한",
        "기한",
        "마감일",
        "due",
        "duedate",
        "deadline",
    ),
}
_VERDICTS = {
    Verdict.MET: "적합 충족 양호 이행 통과 y o ○ met pass passed conformant ok",
    Verdict.SUPPLEMENT: "보완요청 보완 보완필요 보완요구 보완사항 조건부적합 조건부 부분적합 부분이행 "
    "부분충족 △ supplement supplementrequested changesrequested partial partlymet",
    Verdict.NOT_MET: "부적합 미충족 미흡 미이행 불충족 불가 취약 n x × notmet fail failed nonconformant",
    Verdict.NOT_APPLICABLE: "해당없음 해당사항없음 비해당 n/a na 제외 notapplicable",
    Verdict.INCONCLUSIVE: "판단보류 보류 확인불가 판단불가 inconclusive undecided pending",
}
_WORDS = {word: verdict for verdict, words in _VERDICTS.items() for word in words.split()}
_DAY = re.compile(
    r"^(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?(\s+\d{1,2}:\d{2}\S*)?$"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table begins and which column is which; -1 where there is none."""

    header: int
    columns: Mapping[str, int]

    @property
    def is_whole(self) -> bool:
        return self.columns["code"] >= 0 and self.columns["verdict"] >= 0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, understood or not. *number* is the row as a spreadsheet counts it."""

    number: int
    code: str
    verdict: str
    words: str
    due: str
    lack: str = ""
    word: Word | None = None
    repeats: bool = False


def read_table(data: bytes, name: str) -> Table:
    """Return the sheet that looks most like a list of verdicts, as rows of texts.

    *name* tells the format by its ending. Raises Refused with a sentence.
    """
    if len(data) > LARGEST_FILE:
        raise Refused(_("The file is larger than 5 MB. Send the list of verdicts alone."))
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        found = _sheets(_book(Path(file.name), data, name))
    if not found:
        raise Refused(_("The file has no rows."))
    return max(found, key=_known_columns)


def _book(path: Path, data: bytes, name: str) -> Book:
    ending = PurePath(name).suffix.lower()
    is_workbook = ending == ".xlsx" or data.startswith(b"PK")
    if not is_workbook and ending not in {".csv", ".txt", ".tsv", ""}:
        raise Refused(_("Verdicts are read from XLSX and CSV files."))
    kind = "xlsx" if is_workbook else "csv"
    if data:
        inspection.check_file(path, f"{PurePath(clean_name(name)).stem}.{kind}", {kind})
    return read_xlsx(path) if is_workbook else read_csv(path)


def _sheets(book: Book) -> list[Table]:
    """The sheets that hold something, those that are shown before hidden ones."""
    sheets = [each for each in book.tables if each.cells]
    if any(each.cut or each.last_row > MOST_ROWS for each in sheets):
        raise Refused(_("The table has more than %(most)d rows.") % {"most": MOST_ROWS})
    return [_rows(each) for each in sorted(sheets, key=lambda each: each.hidden)]


def _rows(sheet: Sheet) -> Table:
    columns = range(1, min(sheet.width, MOST_COLUMNS) + 1)
    return [
        [_written(sheet, row, column) for column in columns] for row in range(1, sheet.last_row + 1)
    ]


def _written(sheet: Sheet, row: int, column: int) -> str:
    """A cell merged downwards speaks for each of its rows; one merged sideways only once, or the
    title of a section would fill every column of its row."""
    merge = sheet.merge_at(row, column)
    text = sheet.text(merge.top if merge else row, column)
    return text.replace("\r\n", "\n").strip()


def guess(rows: Table) -> Layout:
    """Find the header row and the columns by what the headers say."""
    found = [_columns_of(row) for row in rows[:HEADER_WITHIN]]
    known = [_number_of(columns) for columns in found]
    best = max(range(len(found)), key=lambda index: (known[index], -index), default=0)
    return Layout(best, found[best])


def _known_columns(rows: Table) -> int:
    return _number_of(guess(rows).columns)


def _number_of(columns: Mapping[str, int]) -> int:
    return sum(index >= 0 for index in columns.values())


def understand(
    rows: Table,
    layout: Layout,
    requirements: Iterable[Requirement],
    stored: Mapping[int, ReceivedVerdict],
) -> list[Line]:
    """Return a line for each row under the header that says something, with what it lacks."""
    by_code = {_key(each.code): each for each in requirements}
    seen: dict[int, int] = {}
    lines = []
    for index, row in enumerate(rows[layout.header + 1 :], layout.header + 2):
        cells = {name: _cell(row, column) for name, column in layout.columns.items()}
        # A list names every requirement; those without a verdict are not judged yet.
        if not cells["code"] and not cells["verdict"] and not cells["words"]:
            continue
        if cells["code"] and not cells["verdict"] and not cells["words"]:
            continue
        lines.append(_line(index, cells, by_code, seen, stored))
    return lines


def _line(
    number: int,
    cells: Mapping[str, str],
    by_code: Mapping[str, Requirement],
    seen: dict[int, int],
    stored: Mapping[int, ReceivedVerdict],
) -> Line:
    told = (number, cells["code"], cells["verdict"], cells["words"], cells["due"])
    requirement = by_code.get(_key(cells["code"]))
    if requirement is None:
        return Line(*told, lack=_unknown_code(cells["code"]))
    if requirement.pk in seen:
        sentence = _("The requirement stands in row %(row)d already.")
        return Line(*told, lack=str(sentence % {"row": seen[requirement.pk]}))
    seen[requirement.pk] = number
    verdict = _WORDS.get(_key(cells["verdict"]))
    if verdict is None:
        return Line(*told, lack=_unknown_word(cells["verdict"]))
    due = _day(cells["due"])
    if cells["due"] and due is None:
        return Line(*told, lack=str(_("The day is not readable. Write it as 2026-12-31.")))
    word = Word(requirement, verdict, cells["words"], due)
    return Line(*told, lack=word.lack, word=word, repeats=word.same_as(stored.get(requirement.pk)))


def _unknown_code(code: str) -> str:
    if not code:
        return str(_("The requirement number is missing."))
    return str(UNKNOWN % {"code": code[:60]})


def _unknown_word(word: str) -> str:
    if not word:
        return str(_("The verdict is missing."))
    return str(
        _("“%(word)s” is no verdict. Known are 적합, 보완요청, 부적합, 해당없음, 판단보류.")
        % {"word": word[:60]}
    )


def _columns_of(row: Sequence[str]) -> dict[str, int]:
    heads = [_key(cell) for cell in row]
    columns: dict[str, int] = {}
    for name, known in _HEADERS.items():
        exact = [heads.index(head) for head in known if head in heads]
        free = [index for index in exact if index not in columns.values()]
        columns[name] = free[0] if free else -1
    return columns


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if 0 <= column < len(row) else ""


def _key(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _day(text: str) -> date | None:
    matched = _DAY.match(text.strip())
    if matched is None:
        return None
    with suppress(ValueError):
        return date(*(int(part) for part in matched.groups()[:3]))
    return None
