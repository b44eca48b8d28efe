"""Three companies' forms are read as their authors meant them."""

import io

import openpyxl
import pytest

from compliance.exchange import checking, selectors
from compliance.exchange.layouts import Layout
from compliance.requirements.models import Requirement
from compliance.vault import _numbers
from tests.exchange import workbooks

pytestmark = pytest.mark.usefixtures("alice")


def said(imported):
    """(code, area, title) of each requirement."""
    reading = selectors.reading(imported)
    titles = reading.area_titles
    return [(item.code, titles[item.area], item.title) for item in reading.taken]


COMPANY_1 = [
    ("1.1", "네트워크", "외부 연결 구간을 방화벽으로 나눈다"),
    ("1.10", "네트워크", "원격 접속은 승인된 단말만 허용한다"),
    ("2.1", "개인정보", "주문 정보는 30일 뒤 지운다"),
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("form.xlsx", workbooks.two_row_header()),
        ("cp949.csv", workbooks.two_row_csv()),
        ("utf8.csv", workbooks.two_row_csv("utf-8")),
        ("bom.csv", workbooks.two_row_csv("utf-8-sig")),
        ("utf16.csv", workbooks.two_row_csv("utf-16")),
        ("tabs.tsv", workbooks.two_row_csv().replace(b",", b"\t")),
    ],
)
def test_a_header_of_two_rows_and_its_csv_twins_say_the_same(bring, name, content):
    imported = bring(content, name)
    layout = Layout.of(imported.layout)
    assert said(imported) == COMPANY_1
    assert layout.sheets[0].header_row == 3
    assert layout.sheets[0].columns == {
        "area": 1, "code": 2, "title": 3, "detail": 4, "severity": 5, "answer": 6,
        "implementation": 7, "remark": 8,
    }  # fmt: skip
    assert layout.words["met"] == "Y"
    assert layout.words["not_applicable"] == "N/A" or "csv" in name or "tsv" in name
    reading = selectors.reading(imported)
    assert [row.problems for row in reading.rows] == [[]] * len(reading.rows)


def test_rows_that_go_on_belong_to_their_number(bring):
    reading = selectors.reading(bring(workbooks.two_row_header()))
    assert reading.rows_of == {"점검표": {"1.1": [4], "1.10": [5, 6], "2.1": [7]}}
    assert reading.taken[1].statement.splitlines() == [
        "VPN과 2단계 인증을 쓴다",
        "접속 기록을 남긴다",
        "예외 접속은 대장으로 관리한다",
    ]


def test_a_csv_remembers_how_it_was_written(bring):
    for encoding, expected in [("cp949", "cp949"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig")]:
        imported = bring(workbooks.two_row_csv(encoding), f"{expected}.csv")
        assert Layout.of(imported.layout).encoding == expected
        assert Layout.of(imported.layout).delimiter == ","


def test_a_cover_and_a_hidden_sheet_are_no_lists(bring):
    imported = bring(workbooks.sheets_per_area())
    assert [sheet.name for sheet in Layout.of(imported.layout).sheets] == ["서버", "로그"]
    assert said(imported) == [
        ("SRV-1", "서버", "운영 서버를 따로 둔다"),
        ("SRV-2", "서버", "패치를 한 달 안에 넣는다"),
        ("LOG-1", "로그", "접속 기록을 1년 보관한다"),
    ]
    reading = selectors.reading(imported)
    assert reading.rows_of == {"서버": {"SRV-1": [3], "SRV-2": [4]}, "로그": {"LOG-1": [3]}}


def test_section_rows_become_areas_and_missing_numbers_are_made(bring, publish):
    imported = bring(workbooks.english_sections(), "vendor.xlsx")
    layout = Layout.of(imported.layout)
    assert layout.words == {"met": "○", "partial": "△", "not_met": "×", "not_applicable": "N/A"}
    assert said(imported) == [
        ("R-001", "Access control", "Accounts belong to one person"),
        ("R-002", "Access control", "Leavers lose access within a day"),
        ("R-003", "Logging", "Access to personal data is logged"),
    ]
    profile = publish(imported)
    mandatory = Requirement.objects.filter(profile=profile).values_list("mandatory", flat=True)
    assert list(mandatory) == [True, False, True]
    assert profile.form.layout["sheets"][0]["rows"]["R-003"] == [6]


def test_a_list_without_areas_has_one_in_both_languages(bring, publish):
    profile = publish(bring("번호,요구사항\n1,가\n2,나\n".encode(), "plain.csv"))
    area = profile.areas.get()
    assert (area.code, area.title_ko, area.title_en) == ("ALL", "전체", "All")


def test_a_number_keeps_the_look_of_its_cell():
    shown = [("1.1", "0.00", "1.10"), ("3", "General", "3"), ("0.25", "0%", "25%"), ("7", "000", "007"),
             ("46000", "yyyy-mm-dd", "2025-12-09"), ("1234.5", "#,##0.0", "1,234.5"), ("-0", "General", "0"),
             ("0.1", "General", "0.1"), ("1.1000000000000001", "General", "1.1"), ("x", "General", "x"),
             ("46000.5", "yyyy/m/d h:mm", "2025-12-09 12:00"), ("1e400", "General", "1e400")]  # fmt: skip
    assert [_numbers.shown(value, code) for value, code, _text in shown] == [
        t for _v, _c, t in shown
    ]


def test_what_is_hidden_or_calculated_is_noted(bring):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["번호", "요구사항"], ["1", "가"], ["2", "나"], ["3", "=1+1"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    reading = selectors.reading(bring(workbooks.saved(book)))
    assert [item.code for item in reading.taken] == ["1", "2", "3"]
    assert len(reading.notes) == 2
    assert len(reading.wrong) == 1


def workbook(*sheets):
    """(name, rows) of each sheet, as bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return workbooks.saved(book)


HEADER = ["순번", "점검 항목", "준수 여부(○/×)"]


def test_numbers_that_begin_again_in_each_sheet_get_the_sheets_number(bring):
    content = workbook(
        ("1.네트워크", [HEADER, [1, "방화벽을 둔다"], [2, "망을 나눈다"]]),
        ("2.서버", [HEADER, [1, "공용 계정을 쓰지 않는다"]]),
    )
    reading = selectors.reading(bring(content))
    assert [item.code for item in reading.taken] == ["1-1", "1-2", "2-1"]
    assert reading.rows_of == {"1.네트워크": {"1-1": [2], "1-2": [3]}, "2.서버": {"2-1": [2]}}
    assert not reading.wrong


def test_numbers_that_begin_again_in_each_area_get_the_areas_place(bring):
    rows = [["분야", *HEADER], ["망", 1, "방화벽을 둔다"], ["서버", 1, "전용으로 쓴다"]]
    reading = selectors.reading(bring(workbook(("목록", rows))))
    assert [item.code for item in reading.taken] == ["1-1", "2-1"]


def test_a_number_twice_in_one_chapter_stays_a_mistake(bring):
    rows = [["분야", *HEADER], ["망", 1, "방화벽을 둔다"], ["망", 1, "망을 나눈다"]]
    [_first, second] = selectors.reading(bring(workbook(("목록", rows)))).rows
    assert second.is_wrong


def test_evidence_under_the_applicants_heading_is_what_they_submit(bring):
    rows = [
        ["번호", "요구사항", "증적", "자체 점검", None, None],
        [None, None, None, "여부", "내용", "증적"],
        ["1", "방화벽을 둔다", "구성도", None, None, None],
    ]
    book = openpyxl.load_workbook(io.BytesIO(workbook(("목록", rows))))
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:F1"):
        book["목록"].merge_cells(cells)
    columns = Layout.of(bring(workbooks.saved(book)).layout).sheets[0].columns
    assert columns["evidence_asked"] == 3
    assert (columns["implementation"], columns["evidence_given"]) == (5, 6)


def test_an_empty_evidence_column_waits_for_ours(bring):
    rows = [["번호", "요구사항", "이행여부", "증적"], ["1", "방화벽을 둔다", None, None]]
    columns = Layout.of(bring(workbook(("목록", rows))).layout).sheets[0].columns
    assert columns["evidence_given"] == 4
    assert "evidence_asked" not in columns


@pytest.mark.parametrize(
    ("number", "code"),
    [("1.", "1"), ("3)", "3"), ("AC-2(1)", "AC-2(1)"), ("가. 1/2", "가.-1-2"), (" 1.10 ", "1.10")],
)
def test_a_number_becomes_a_code_that_an_address_carries(number, code):
    assert checking.code_of(number) == code
