"""Forms as other people write them: each was brought by somebody who had not read our code."""

import datetime
import io

import openpyxl
import pytest
from django.utils.translation import override
from openpyxl.worksheet.datavalidation import DataValidation

from compliance.exchange import exporting, selectors
from compliance.exchange.layouts import Layout
from compliance.requirements.models import Assessment
from tests.exchange import workbooks

HEADER = ["번호", "요구사항", "이행여부", "이행내용", "비고"]


def form(rows, *, merges=(), name="점검표", prepare=None):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for area in merges:
        sheet.merge_cells(area)
    if prepare:
        prepare(book, sheet)
    return workbooks.saved(book)


@pytest.fixture
def reading(bring):
    """reading(content, name) → what the document says by guess alone."""

    def read(content, name="점검표.xlsx"):
        with override("en"):
            return selectors.reading(bring(content, name))

    return read


@pytest.fixture
def answered(manna, bring, publish):
    """answered(content, verdicts, name) → the exported form, its items answered in order."""

    def done(content, verdicts, name="점검표.xlsx"):
        profile = publish(bring(content, name))
        rows = Assessment.objects.filter(organisation=manna, requirement__profile=profile)
        for row, verdict in zip(rows.order_by("requirement__order"), verdicts, strict=True):
            Assessment.objects.filter(pk=row.pk).update(verdict=verdict, reason="사유")
        return exporting.make(manna, profile, "form")

    return done


def cells(content, area):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[cell.value for cell in row] for row in sheet[area]]


def areas(found):
    return [area.title for area in found.areas]


def test_a_column_for_each_answer_takes_a_mark(answered):
    rows = [
        ["번호", "점검항목", "점검결과", None, None, "비고"],
        [None, None, "이행", "미이행", "해당없음", None],
        ["1", "방화벽을 둔다"],
        ["2", "망을 나눈다", "V"],
        ["3", "기록한다"],
        ["4", "지운다"],
    ]
    merges = ("A1:A2", "B1:B2", "C1:E1", "F1:F2")
    made = answered(form(rows, merges=merges), ["met", "not_met", "not_applicable", "partial"])
    assert cells(made.content, "C3:E6") == [
        ["V", None, None],
        [None, "V", None],
        [None, None, "V"],
        [None, None, None],
    ]
    assert [(n.code, n.why.value) for n in made.filled.notes] == [("4", "no_column")]


def test_marks_in_a_half_filled_form_are_proposed(bring, publish, manna):
    rows = [["No", "점검항목", "Y", "N", "N/A"], ["1", "가", "○"], ["2", "나", None, "O"], ["3", "다", "○", "○"]]  # fmt: skip
    publish(bring(form(rows)), take_answers=True)
    found = Assessment.objects.filter(organisation=manna).order_by("requirement__order")
    assert [each.claimed for each in found] == ["met", "not_met", ""]


def test_boxes_in_one_cell_are_ticked(answered):
    rows = [
        HEADER,
        ["1", "가", "☐예 ☑아니오"],
        ["2", "나", "□ 이행  □ 미이행\n□ 해당없음"],
        ["3", "다", "[ ] 예 [x] 아니오"],
        ["4", "라", "☐예 ☐아니오"],
    ]
    made = answered(form(rows), ["met", "not_applicable", "met", "partial"])
    assert [row[0] for row in cells(made.content, "C2:C5")] == [
        "☑예 ☐아니오",
        "□ 이행  □ 미이행\n■ 해당없음",
        "[v] 예 [ ] 아니오",
        "☐예 ☐아니오",
    ]
    assert [(n.code, n.why.value) for n in made.filled.notes] == [("4", "list")]


def test_boxes_in_a_csv_are_ticked_too(answered):
    content = "번호,요구사항,이행여부\r\n1,가,☐예 ☑아니오\r\n".encode("utf-8-sig")
    assert "☑예 ☐아니오" in answered(content, ["met"], "점검표.csv").content.decode("utf-8-sig")


def test_ticked_boxes_are_proposed_as_verdicts(bring, publish, manna):
    rows = [HEADER, ["1", "가", "☐예 ☑아니오"], ["2", "나", "☐예 ☐아니오"]]
    publish(bring(form(rows)), take_answers=True)
    found = Assessment.objects.filter(organisation=manna).order_by("requirement__order")
    assert [each.claimed for each in found] == ["not_met", ""]


def test_two_columns_of_areas_are_one_title(reading):
    rows = [
        ["대분류", "중분류", "번호", "점검항목"],
        ["관리체계", "정책", "1", "정책을 만든다"],
        [None, None, "2", "정책을 알린다"],
        [None, "조직", "3", "조직을 둔다"],
        ["보호대책", "접근", "4", "계정을 나눈다"],
    ]
    assert areas(reading(form(rows))) == ["관리체계 › 정책", "관리체계 › 조직", "보호대책 › 접근"]


def test_heading_rows_and_an_area_column_are_one_title(reading):
    rows = [
        ["분야", "번호", "요구사항", "이행여부"],
        ["1장 관리"],
        ["정책", "1", "정책을 만든다"],
        [None, "2", "알린다"],
        ["※ 아래는 기술 항목입니다"],
        ["2장 기술"],
        ["망", "3", "방화벽을 둔다"],
    ]
    found = reading(form(rows, merges=("A2:D2", "A6:D6", "A3:A4")))
    assert areas(found) == ["1장 관리 › 정책", "2장 기술 › 망"]


def test_a_numbered_heading_over_the_answers_is_an_area(reading):
    rows = [HEADER, ["1", "네트워크 보안"], ["1.1", "방화벽을 둔다"], ["1.2", "망을 나눈다"]]
    found = reading(form(rows, merges=("B2:E2",)))
    assert areas(found) == ["1 네트워크 보안"]
    assert [item.code for item in found.taken] == ["1.1", "1.2"]


def test_numbers_within_numbers_have_parents(bring, publish):
    rows = [HEADER, ["1", "네트워크"], ["1.1", "경계"], ["1.1.1", "방화벽을 둔다"], ["1.10", "원격"], ["AC-2", "계정"], ["AC-2(1)", "자동화"]]  # fmt: skip
    profile = publish(bring(form(rows)))
    found = {each.code: each.parent and each.parent.code for each in profile.requirements.all()}
    assert found == {
        "1": None, "1.1": "1", "1.1.1": "1.1", "1.10": "1", "AC-2": None, "AC-2(1)": "AC-2",
    }  # fmt: skip


def test_a_column_of_parents_links_the_rows(bring, publish):
    rows = [["번호", "상위번호", "요구사항"], ["A", None, "가"], ["B", "A", "나"], ["C", "B", "다"]]
    profile = publish(bring(form(rows)))
    found = {each.code: each.parent and each.parent.code for each in profile.requirements.all()}
    assert found == {"A": None, "B": "A", "C": "B"}


@pytest.mark.parametrize(
    ("written", "code"),
    [("(1)", "1"), ("3)", "3"), ("[4]", "4"), ("2.", "2"), ("AC-2(1)", "AC-2(1)"), ("①", "①"), ("Ⅳ.", "Ⅳ"), ("제5조 제1항", "제5조-제1항"), ("가.", "가")],
)  # fmt: skip
def test_a_number_loses_its_dress_and_keeps_its_parts(reading, written, code):
    assert [item.code for item in reading(form([HEADER, [written, "가"]])).taken] == [code]


def test_a_header_on_every_page_heads_one_table(reading):
    rows = [HEADER, ["1", "가"], ["2", "나"], HEADER, ["3", "다"], HEADER]
    assert [item.code for item in reading(form(rows)).taken] == ["1", "2", "3"]


def test_another_table_on_the_sheet_is_told(reading):
    rows = [HEADER, ["1", "가"], [], ["표 2"], ["번호", "요구사항", "상세내용", "중요도"], ["2", "나", "다", "상"]]  # fmt: skip
    [note] = reading(form(rows)).notes
    assert "row 5" in str(note)


def test_rows_that_count_are_not_requirements(reading):
    rows = [HEADER, ["1", "가"], ["소계", "1"], ["2", "나"], ["합 계", "2", "1"]]
    found = reading(form(rows))
    assert [item.code for item in found.taken] == ["1", "2"]
    assert not found.wrong


def test_numbers_that_excel_made_dates_of(reading):
    def dated(_book, sheet):
        for row, code in ((2, 'mm"월" dd"일"'), (3, "d-mmm"), (4, "yyyy-mm-dd")):
            sheet.cell(row, 1, datetime.date(2026, 1, row)).number_format = code

    found = reading(form([HEADER, ["", "가"], ["", "나"], ["", "다"]], prepare=dated))
    assert [item.code for item in found.taken] == ["1-2", "1-3", "2026-01-04"]
    assert [row.number for row in found.wrong] == [4]
    assert "2 cells" in str(found.notes[0])


def test_a_header_over_two_columns_keeps_the_text_of_both(reading):
    rows = [["번호", "요구사항", None, "이행여부"], ["1", "방화벽", "정책은 기본 차단"]]
    [item] = reading(form(rows, merges=("B1:C1",))).taken
    assert (item.title, item.statement) == ("방화벽", "정책은 기본 차단")


def test_choices_in_a_header_with_spaces_around_its_bars(bring):
    rows = [
        ["Ref", "Control Requirement", "Vendor Response (Yes / No / Partial / N/A)", "Comments"],
        ["1.1", "Is there a firewall?"],
    ]
    layout = Layout.of(bring(form(rows), "questions.xlsx").layout)
    assert layout.sheets[0].columns["answer"] == 3
    assert layout.sheets[0].columns["implementation"] == 4
    assert layout.words == {
        "met": "Yes", "not_met": "No", "partial": "Partial", "not_applicable": "N/A",
        "inconclusive": "TBD",
    }  # fmt: skip


@pytest.mark.parametrize("named", [False, True])
def test_a_drop_down_that_names_cells_gives_the_words(bring, named):
    def listed(book, sheet):
        codes = book.create_sheet("코드 '목록'")
        for word in ("완전이행", "부분이행", "미흡", "제외"):
            codes.append([word])
        place = "'코드 ''목록'''!$A$1:$A$4"
        if named:
            book.defined_names["결과"] = openpyxl.workbook.defined_name.DefinedName(
                "결과", attr_text=place
            )
        choices = DataValidation(type="list", formula1="=결과" if named else place)
        sheet.add_data_validation(choices)
        choices.add("C2:C9")

    layout = Layout.of(bring(form([HEADER, ["1", "가"]], prepare=listed)).layout)
    assert layout.words == {
        "met": "완전이행", "partial": "부분이행", "not_met": "미흡", "not_applicable": "제외"
    }  # fmt: skip


def test_a_guarding_quote_of_our_own_csv_is_no_part_of_the_text(reading):
    rows = "번호,요구사항,이행여부,이행내용\r\n1,가,Y,'- 이행\r\n2,나,N,'인용'입니다\r\n"
    found = reading(rows.encode("utf-8-sig"), "점검표.csv").taken
    assert [item.answers["implementation"] for item in found] == ["- 이행", "'인용'입니다"]


KNOWN_FORMS = {
    "a statement of operation": (
        ["항목", "상세내용", "인증기준", "주요 확인사항", "운영여부", "운영현황(인증구분)", "관련문서(정책 등)"],
        ["1.1.1", "경영진의 참여", "최고경영자는 참여한다", "문서로 두는가?", "", "", ""],
        ["code", "title", "detail", "test", "answer", "implementation", "evidence_given"],
    ),
    "a cloud questionnaire": (
        ["Question ID", "Question", "CSP CAIQ Answer", "CSP Implementation Description", "CCM Control ID", "CCM Domain Title"],
        ["A&A-01.1", "Are there policies?", "", "", "A&A-01", "Audit"],
        ["code", "title", "answer", "implementation", "", "area"],
    ),
    "two languages in a header": (
        ["No. / 번호", "Requirement / 요구사항", "Compliance (Y/N) / 준수여부", "Remarks / 비고"],
        ["1", "방화벽", "", ""],
        ["code", "title", "answer", "remark"],
    ),
    "numbers under a grouping word": (
        ["구분", "평가 문항", "평가 기준", "평가 결과", "비고"],
        ["1", "방화벽이 있는가?", "있음", "", ""],
        ["code", "title", "detail", "answer", "remark"],
    ),
    "a name left of the question": (
        ["영역", "통제항목", "순번", "진단 문항", "배점", "진단결과", "진단 근거\n(현황 기술)", "증빙자료명"],
        ["관리적", "정책", "1", "정책이 있는가?", "5", "", "", ""],
        ["area", "subarea", "code", "title", "", "answer", "implementation", "evidence_given"],
    ),
    "spread and wide letters": (
        ["Ｎｏ", "보 안 요 구 사 항", "이 행 여 부", "이행\n상세 내용", "비 고"],
        ["1", "방화벽", "", "", ""],
        ["code", "title", "answer", "implementation", "remark"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("header", "row", "roles"), KNOWN_FORMS.values(), ids=KNOWN_FORMS)
def test_the_columns_of_forms_in_use_are_guessed(bring, header, row, roles):
    found = Layout.of(bring(form([header, row])).layout).sheets[0].columns
    assert {at: role for role, at in found.items()} == {
        at: role for at, role in enumerate(roles, 1) if role
    }


def test_a_numbered_heading_with_nothing_beside_it_is_an_area(reading):
    rows = [
        ["항목", "상세내용", "인증기준", "운영여부"],
        ["1", "관리체계"],
        ["1.1", "기반 마련"],
        ["1.1.1", "경영진의 참여", "참여한다"],
        ["1.1.2", "조직", "둔다"],
        ["1.2", "위험 관리"],
        ["1.2.1", "자산 식별", "식별한다"],
    ]
    found = reading(form(rows))
    assert areas(found) == ["1.1 기반 마련", "1.2 위험 관리"]
    assert [item.code for item in found.taken] == ["1.1.1", "1.1.2", "1.2.1"]
