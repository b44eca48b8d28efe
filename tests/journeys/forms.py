"""Forms as three platforms hand them out: a Korean check list and its CSV twin, a book with a sheet
an area, an English questionnaire. Made here, in nobody's style but their own."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

_LINES = Border(*[Side(style="thin", color="FF7F7F7F")] * 4)
_HEAD = PatternFill("solid", fgColor="FF2AC1BC")
_ASKED = PatternFill("solid", fgColor="FFFFF2CC")
_ASPECTS = ("font", "fill", "border", "alignment", "protection", "number_format")

# (area, number, requirement, detail, weight) of the check list. The last number is there twice.
Row = tuple[str, str, str, str, str]
THIS_YEAR: list[Row] = [
    ("네트워크", "1.1", "외부망과 내부망의 분리", "외부와 닿는 구간은 방화벽으로 나눈다.\n허용 규칙은 승인을 받는다.", "상"),
    ("네트워크", "1.2", "원격 접속의 통제", "원격 접속은 2단계 인증을 거친다.", "상"),
    ("네트워크", "1.3", "무선망의 분리", "방문자용 무선망은 업무망과 나눈다.", "하"),
    ("서버", "2.1", "전용 서버", "연동 서버는 다른 서비스와 나누어 둔다.", "중"),
    ("서버", "2.2", "보안 패치", "보안 패치는 나온 날부터 60일 안에 적용한다.", "중"),
    ("서버", "2.3", "악성코드 탐지", "서버마다 악성코드 탐지 프로그램을 두고 매일 갱신한다.", "중"),
    ("개인정보", "3.1", "주문 정보의 파기", "주문 정보는 배달이 끝나고 90일 안에 파기한다.", "상"),
    ("개인정보", "3.1", "(작성 예시) 파기", "파기 대장을 붙입니다.", "상"),
]  # fmt: skip
# Two reworded (2.2, 3.1), one removed (1.3), one new (3.2), one renumbered (2.3 became 2.4).
NEXT_YEAR: list[Row] = [
    *THIS_YEAR[:2],
    THIS_YEAR[3],
    ("서버", "2.2", "보안 패치", "보안 패치는 나온 날부터 30일 안에 적용하고 결과를 보고한다.", "상"),
    ("서버", "2.4", "악성코드 탐지", "서버마다 악성코드 탐지 프로그램을 두고 매일 갱신한다.", "중"),
    ("개인정보", "3.1", "주문 정보의 파기", "주문 정보는 배달이 끝나고 30일 안에 파기하고 파기 대장을 남긴다.", "상"),
    ("개인정보", "3.2", "개인정보 열람 기록", "주문자의 전화번호를 열람한 기록을 1년 이상 보관한다.", "상"),
]  # fmt: skip
_UPPER = ["분야", "번호", "요구사항", "", "중요도", "업체 작성란", "", "", ""]
_LOWER = ["", "", "항목", "세부내용", "", "이행여부", "이행내용", "증적", "비고"]
WORDS = "이행,부분이행,미이행,해당없음"
FIRST_ROW = 5


def check_list(folder: Path, rows: list[Row] = THIS_YEAR, year: int = 2027) -> Path:
    """Two merged header rows, merged areas, choices, colours that follow the answer, a count."""
    book = Workbook()
    sheet = book.active
    sheet.title = "점검표"
    sheet["A1"] = f"가온배달 연동사 보안점검표 ({year}년)"
    sheet["A1"].font = Font(name="맑은 고딕", size=16, bold=True)
    for column, (upper, lower) in enumerate(zip(_UPPER, _LOWER, strict=True), start=1):
        sheet.cell(3, column, upper or None).fill = _HEAD
        sheet.cell(4, column, lower or None).fill = _HEAD
    for number, row in enumerate(rows, start=FIRST_ROW):
        _write(sheet, number, row)
    last = FIRST_ROW + len(rows) - 1
    for area in ("A1:I1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "F3:I3", *_areas(rows)):
        sheet.merge_cells(area)
    choices = DataValidation(type="list", formula1=f'"{WORDS}"', allow_blank=True)
    choices.add(f"F{FIRST_ROW}:F{last}")
    sheet.add_data_validation(choices)
    red = CellIsRule(operator="equal", formula=['"미이행"'], fill=PatternFill(bgColor="FFF8CBAD"))
    sheet.conditional_formatting.add(f"F{FIRST_ROW}:F{last}", red)
    sheet[f"A{last + 2}"] = "위와 같이 점검하였음을 확인합니다.            (인)"
    sheet.merge_cells(f"A{last + 2}:I{last + 2}")
    sheet["K3"] = f'=COUNTIF(F{FIRST_ROW}:F{last},"이행")'
    sheet.column_dimensions["G"].width = 60
    sheet.freeze_panes = "C5"
    sheet.print_title_rows = "3:4"
    guide = book.create_sheet("작성요령")
    guide["A1"] = "이행여부는 목록에서 고르고, 해당없음이면 비고에 사유를 적습니다."
    return _saved(book, folder / f"가온배달_보안점검표_{year}.xlsx")


def check_list_csv(folder: Path, rows: list[Row] = THIS_YEAR, year: int = 2027) -> Path:
    """The check list as Korean Excel saves it as CSV: CP949, merged cells gone."""
    out = io.StringIO()
    writer = csv.writer(out)
    blank = [""] * len(_UPPER)
    title = [f"가온배달 연동사 보안점검표 ({year}년)", *blank[1:]]
    writer.writerows([title, blank, _UPPER, _LOWER])
    writer.writerows([*row, "", "", "", ""] for row in rows)
    path = folder / f"가온배달_보안점검표_{year}.csv"
    path.write_bytes(out.getvalue().encode("cp949"))
    return path


def _write(sheet: Any, number: int, row: Row) -> None:
    for column in range(1, len(_UPPER) + 1):
        cell = sheet.cell(number, column, row[column - 1] if column <= len(row) else None)
        cell.border, cell.font = _LINES, Font(name="맑은 고딕", size=10)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(number, 6).fill = _ASKED
    sheet.row_dimensions[number].height = 42


def _areas(rows: list[Row]) -> Iterable[str]:
    """A5:A7 for each run of rows of one area."""
    names = [row[0] for row in rows]
    for name in dict.fromkeys(names):
        top = FIRST_ROW + names.index(name)
        if names.count(name) > 1:
            yield f"A{top}:A{top + names.count(name) - 1}"


CHAPTERS = {
    "1. 접근통제": ["계정은 한 사람에게 하나씩 준다", "퇴사자 계정은 당일 잠근다"],
    "2. 로그관리": ["접속 기록을 1년 보관한다", "시각을 동기화한다", "기록의 위변조를 막는다"],
}


def chapters(folder: Path) -> Path:
    """A cover and a sheet an area whose numbers begin again, answered with ○ △ ×; a hidden sheet."""
    book = Workbook()
    cover = book.active
    cover.title = "표지"
    cover["B2"], cover["B4"], cover["B6"] = "나래배달 협력사 점검", "회사명", "작성일"
    cover.merge_cells("B2:F2")
    for name, titles in CHAPTERS.items():
        sheet = book.create_sheet(name)
        sheet.append([name])
        sheet.append([])
        sheet.append(["No.", "점검항목", "점검결과(○/△/×)", "이행현황", "담당자"])
        for number, title in enumerate(titles, start=1):
            sheet.append([number, title])
            sheet.cell(sheet.max_row, 2).border = _LINES
        sheet.column_dimensions["B"].width = 44
    codes = book.create_sheet("코드")
    codes.sheet_state = "hidden"
    for mark in "○△×":
        codes.append([mark])
    return _saved(book, folder / "나래배달 협력사 점검.xlsx")


QUESTIONS = [
    ("Access control", "AC-1", "Is multi-factor authentication required for administrators?"),
    ("Access control", "AC-2", "Are leavers' accounts disabled within one working day?"),
    ("Payments", "PM-1", "Do you store card numbers?"),
]


def questionnaire(folder: Path) -> Path:
    """English, protected but for the answers, Yes/No/N/A to choose from, answer cells merged."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Vendor questionnaire"
    sheet.append(["Section", "Ref", "Question", "Response", "Comments", None, "Responsible"])
    sheet.merge_cells("E1:F1")
    for number, row in enumerate(QUESTIONS, start=2):
        for column, text in enumerate(row, start=1):
            sheet.cell(number, column, text)
        sheet.merge_cells(start_row=number, end_row=number, start_column=5, end_column=6)
        for column in (4, 5, 6, 7):
            sheet.cell(number, column).protection = Protection(locked=False)
    choices = DataValidation(type="list", formula1='"Yes,No,N/A"', allow_blank=True)
    choices.add("D2:D4")
    sheet.add_data_validation(choices)
    sheet.protection.sheet = True
    return _saved(book, folder / "Hanbit vendor questionnaire.xlsx")


def shape(path: Path) -> dict[str, Any]:
    """Everything of a workbook that no answer may change, by sheet."""
    book = load_workbook(path)
    return {sheet.title: _shape(sheet) for sheet in book}


def _shape(sheet: Any) -> dict[str, Any]:
    return {
        "state": sheet.sheet_state,
        "merged": sorted(str(each) for each in sheet.merged_cells.ranges),
        "choices": [(str(v.sqref), v.formula1) for v in sheet.data_validations.dataValidation],
        "colours": [str(each.sqref) for each in sheet.conditional_formatting],
        "widths": {name: each.width for name, each in sheet.column_dimensions.items()},
        "heights": {number: each.height for number, each in sheet.row_dimensions.items()},
        "panes": (sheet.freeze_panes, sheet.print_title_rows, sheet.protection.sheet),
        "styles": {
            cell.coordinate: [repr(getattr(cell, aspect)) for aspect in _ASPECTS]
            for row in sheet.iter_rows()
            for cell in row
        },
    }


def values(path: Path) -> dict[str, dict[str, Any]]:
    """{sheet: {"G5": value}} of every cell that holds something."""
    book = load_workbook(path)
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book
    }


def _saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path
