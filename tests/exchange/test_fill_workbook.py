"""The workbook that came in goes out with the answers, and with nothing else changed."""

import io
import re
import time
import zipfile

import pytest
from hypothesis import given as given_text
from hypothesis import settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from compliance.exchange.filling import CELL_LIMIT, ILLEGAL, Why, fill
from compliance.exchange.layouts import Layout, Sheet
from compliance.shared.errors import Refused
from tests.exchange.answered import EVERY, answer, answers, given
from tests.exchange.forms import (
    MAIN,
    SHEET,
    checklist,
    packed,
    parts,
    questionnaire,
    raw_cell,
    read,
    saved,
    split_rows,
)


def filled(form, *items, **options):
    content, layout = form
    return fill(content, "xlsx", layout, answers(*(items or EVERY)), **options)


def whys(made):
    return {(note.code, note.role, note.why) for note in made.notes}


def test_each_answer_stands_in_its_cell():
    sheet = read(filled(checklist()).content)["보안 점검표"]
    rows = {row: [sheet.cell(row, column).value for column in range(5, 10)] for row in range(5, 10)}
    assert rows[5] == [
        "이행", "- 방화벽으로 분리\n- 매월 점검", "EV-0001 방화벽 룰셋 (룰셋.png)", "밥", None,
    ]  # fmt: skip
    assert rows[6] == ["부분이행", "=cmd|'/c calc'!A0", None, None, "계정 정리 중"]
    assert rows[7] == ["해당없음", None, None, None, "서버를 쓰지 않음"]
    assert rows[8] == [None] * 5
    assert rows[9] == [None, "확인 중", None, None, None]


def test_a_verdict_that_the_list_lacks_is_told_and_not_written():
    made = filled(checklist())
    assert whys(made) == {("S-03", "answer", Why.LIST)}
    assert made.notes[0].place == "보안 점검표!E9"
    assert made.notes[0].detail == "이행, 부분이행, 미이행, 해당없음"
    assert (made.answered, made.untouched, made.cells) == (4, 1, 10)


def test_what_looks_like_a_formula_is_a_text():
    made = filled(checklist()).content
    assert read(made)["보안 점검표"]["F6"].data_type == "s"
    assert 't="inlineStr"' in raw_cell(made, "F6")
    assert "<f>" not in raw_cell(made, "F6")


def test_every_other_part_keeps_its_bytes():
    before, layout = checklist()
    after = filled((before, layout)).content
    old, new = parts(before), parts(after)
    assert list(new) == list(old)
    changed = {name for name in old if old[name] != new[name]}
    # The sheet itself, its wrapped formats, and the workbook's order to count anew.
    assert changed <= {SHEET, "xl/styles.xml", "xl/workbook.xml"}


def test_logo_shape_lists_rich_text_merges_and_print_settings_are_still_there():
    after = filled(checklist()).content
    new = parts(after)
    assert any(name.startswith("xl/media/") for name in new)
    assert any("결재" in new[name].decode() for name in new if "drawings/drawing" in name)
    assert b"x14:dataValidation" in new[SHEET]
    assert b"conditionalFormatting" in new[SHEET]
    sheet = read(after)["보안 점검표"]
    assert {str(each) for each in sheet.merged_cells.ranges} >= {"A3:A4", "C3:D3", "A7:A9"}
    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.column_dimensions["F"].width == 60
    assert sheet["B5"].comment.text == "꼭 채우세요"
    assert str(sheet["A1"].value) == "배달 연동 보안"
    assert sheet["A1"].value[1].font.b


def test_the_cells_keep_their_looks():
    before, after = (
        read(each)["보안 점검표"] for each in (checklist()[0], filled(checklist()).content)
    )
    for reference in ("E5", "F5", "G5", "F6", "E7", "A5", "E8"):
        old, new = before[reference], after[reference]
        for part in ("font", "fill", "border", "protection", "number_format"):
            assert repr(getattr(new, part)) == repr(getattr(old, part)), (reference, part)
        assert new.alignment.vertical == old.alignment.vertical


def test_a_text_of_several_lines_breaks_where_the_form_did_not_think_of_it():
    evidence = [given("EV-0001"), given("EV-0002", "접속 기록")]
    sheet = read(filled(checklist(), answer("N-01", evidence=evidence)).content)["보안 점검표"]
    assert "\n" in sheet["G5"].value
    assert sheet["G5"].alignment.wrap_text
    assert not sheet["G6"].alignment.wrap_text


def test_rows_grow_with_their_text_unless_somebody_set_their_height():
    files = parts(checklist()[0])
    files[SHEET] = files[SHEET].replace(b'<row r="5"', b'<row r="5" ht="17.5"')
    after = read(fill(packed(files), "xlsx", checklist()[1], answers(*EVERY)).content)
    heights = after["보안 점검표"].row_dimensions
    assert heights[5].height is None
    assert heights[7].height == 90


def test_formulas_of_the_form_stay_and_count_anew():
    book = Workbook()
    sheet = book.active
    sheet.append(["번호", "요구", "답"])
    sheet.append(["N-01", "망분리", None])
    sheet["D1"] = '=COUNTIF(C:C,"Y")'
    files = parts(saved(book))
    files[SHEET] = files[SHEET].replace(b"<v></v>", b"<v>0</v>").replace(b"<v />", b"<v>0</v>")
    layout = Layout([Sheet("Sheet", 1, {"code": 1, "title": 2, "answer": 3}, {"N-01": [2]})])
    made = fill(packed(files), "xlsx", layout, answers(answer("N-01"))).content
    assert "<f>COUNTIF" in raw_cell(made, "D1")
    assert "<v>" not in raw_cell(made, "D1")
    assert b'fullCalcOnLoad="1"' in parts(made)["xl/workbook.xml"]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_count_on_another_sheet_forgets_what_it_came_to(prefix):
    book = read(split_rows()[0])
    book.create_sheet("집계")["A1"] = "=COUNTA(점검!D:D)"
    files = parts(saved(book))
    other = "xl/worksheets/sheet2.xml"
    text = files[other].decode().replace("<v></v>", "<v>7</v>").replace("<v/>", "<v>7</v>")
    assert "<v>7</v>" in text
    if prefix:
        text = re.sub(r"<(/?)([A-Za-z]+)(?=[ />])", rf"<\1{prefix}\2", text)
        text = text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    files[other] = text.encode()
    made = fill(packed(files), "xlsx", split_rows()[1], answers(answer("N-01"))).content
    assert b">7<" not in parts(made)[other]
    assert b"COUNTA" in parts(made)[other]
    assert b'fullCalcOnLoad="1"' in parts(made)["xl/workbook.xml"]


def test_a_questionnaire_of_two_protected_sheets_with_merged_answers():
    items = [
        answer("N-01", statement="done", owner="Bob"),
        answer("S-01", "not_met", statement="not yet"),
        answer("S-03"),
    ]
    made = filled(questionnaire(), *items, language="en")
    book = read(made.content)
    assert (book["NET Q's"]["C2"].value, book["NET Q's"]["D2"].value) == ("Yes", "done")
    assert (book["SRV Q's"]["C2"].value, book["SRV Q's"]["D2"].value) == ("No", "not yet")
    assert book["SRV Q's"]["C4"].value.startswith("=IF(")
    assert whys(made) == {("N-01", "owner", Why.LOCKED), ("S-03", "answer", Why.FORMULA)}


def test_an_answer_cell_that_two_items_share_takes_the_first():
    items = [answer(code, statement="했음") for code in ("N-01", "S-02", "S-03")]
    made = filled(split_rows(), *items)
    sheet = read(made.content)["점검"]
    assert (sheet["D2"].value, sheet["D8"].value) == ("Y", "Y")
    assert sheet["E10"].value == "했음"
    assert whys(made) == {("S-03", "answer", Why.MERGED)}


def test_a_reason_goes_into_the_statement_where_the_form_has_no_remarks():
    made = filled(split_rows(), answer("N-01", "not_applicable", reason="POS는 별도 법인 소관"))
    assert read(made.content)["점검"]["E2"].value == "해당없음 사유: POS는 별도 법인 소관"


def test_the_words_of_the_form_come_first():
    content, layout = split_rows()
    layout.words = {"met": "충족함"}
    made = fill(content, "xlsx", layout, answers(answer("N-01")))
    assert read(made.content)["점검"]["D2"].value == "충족함"


def test_nothing_to_say_gives_the_very_same_bytes():
    content, layout = checklist()
    made = fill(content, "xlsx", layout, answers(answer("N-01", "not_checked")))
    assert made.content == content
    assert made.untouched == 1


def test_equal_answers_give_equal_bytes():
    content, layout = checklist()
    one, two = (fill(content, "xlsx", layout, answers(*EVERY)).content for _ in range(2))
    assert one == two


def test_a_requirement_without_a_row_and_a_sheet_that_is_gone_are_told():
    content, layout = split_rows()
    del layout.sheets[0].rows["N-02"]
    layout.sheets.append(Sheet("없음", 1, {"title": 1, "answer": 2}, {"S-01": [2]}))
    made = fill(content, "xlsx", layout, answers(answer("N-02"), answer("S-01")))
    assert whys(made) == {("N-02", "", Why.NO_ROW), ("S-01", "answer", Why.NO_SHEET)}


def test_cells_and_rows_that_the_file_left_out_are_made_in_order():
    files = parts(split_rows()[0])
    files[SHEET] = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:B3"/><cols><col min="4" max="4" style="0"/>'
        '</cols><sheetData><row r="1" spans="1:2"><c r="A1"><v>1</v></c></row>'
        '<row><c><v>5</v></c><c><v>6</v></c></row><row r="9"><c r="F9"><v>1</v></c></row>'
        "</sheetData></worksheet>"
    ).encode()
    layout = Layout(
        [Sheet("점검", 1, {"title": 1, "answer": 4, "owner": 3}, {"N-01": [2], "S-01": [5]})]
    )
    items = [answer("N-01", owner="밥"), answer("S-01", owner="앨리스")]
    made = fill(packed(files), "xlsx", layout, answers(*items))
    text = parts(made.content)[SHEET].decode()
    assert text.index('r="C2"') < text.index('r="D2"') < text.index('r="5"') < text.index('r="9"')
    assert text.index('r="C5"') < text.index('r="D5"')
    assert 'ref="A1:D5"' in text
    sheet = read(made.content)["점검"]
    assert (sheet["A2"].value, sheet["C2"].value, sheet["D5"].value) == (5, "밥", "Y")


@pytest.mark.parametrize(
    "text",
    [
        "😀🏴‍☠️ 배달",
        "ᄒᆞᆫ글 옛한글",
        "שלום עולם",
        "e\u0301",
        "글\u200b글",
        "<b>&amp;</b>",
        "  앞뒤 공백  .",
    ],
)
def test_every_script_comes_back_as_it_was_written(text):
    made = filled(checklist(), answer("N-01", statement=text))
    assert read(made.content)["보안 점검표"]["F5"].value == text.strip()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("가\x00나\x0b\x1f", "가나"),
        ("줄\r\n줄\r줄", "줄\n줄\n줄"),
        ("반\ud83d쪽", "반쪽"),
        ("끝\uffff", "끝"),
    ],
)
def test_what_xml_forbids_is_left_out(text, shown):
    made = filled(checklist(), answer("N-01", statement=text))
    assert read(made.content)["보안 점검표"]["F5"].value == shown


def test_a_text_that_looks_like_an_escape_is_not_one():
    made = filled(checklist(), answer("N-01", statement="_x000D_"))
    assert "_x005F_x000D_" in raw_cell(made.content, "F5")


def test_a_statement_longer_than_a_cell_is_cut_with_a_pointer():
    made = filled(checklist(), answer("N-01", statement="😀" * 100_000))
    text = read(made.content)["보안 점검표"]["F5"].value
    assert len(text.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert text.endswith("(이하 생략: 전체 내용은 제출본 PDF의 N-01 항목에 있습니다)")
    assert ("N-01", "implementation", Why.CUT) in whys(made)
    assert made.answered == 1


def test_a_statement_of_just_the_limit_is_whole():
    made = filled(checklist(), answer("N-01", statement="가" * CELL_LIMIT))
    assert len(read(made.content)["보안 점검표"]["F5"].value) == CELL_LIMIT
    assert not made.notes


def test_a_thousand_rows_take_less_than_three_seconds():
    book = Workbook()
    sheet = book.active
    sheet.append(["번호", "요구", "답", "내용", "증적"])
    codes = [f"C-{number}" for number in range(1000)]
    for code in codes:
        sheet.append([code, "요구사항 " * 20, None, None, None])
    columns = {"code": 1, "title": 2, "answer": 3, "implementation": 4, "evidence_given": 5}
    rows = {code: [row] for row, code in enumerate(codes, start=2)}
    items = [answer(code, statement="이행함 " * 200, evidence=[given()] * 3) for code in codes]
    content, layout = saved(book), Layout([Sheet("Sheet", 1, columns, rows)])
    begun = time.process_time()
    made = fill(content, "xlsx", layout, answers(*items))
    assert time.process_time() - begun < 3
    assert (made.answered, made.cells) == (1000, 3000)


def broken(name, content):
    files = parts(checklist()[0])
    files[name] = content
    return packed(files)


@pytest.mark.parametrize(
    "content",
    [
        b"not a workbook",
        packed({"readme.txt": b"x"}),
        broken("xl/workbook.xml", b"<workbook"),
        broken(SHEET, b"<worksheet xmlns='x'><sheetData>"),
        broken(SHEET, b"<worksheet xmlns='x'/>"),
        broken(SHEET, b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet xmlns='x'/>"),
    ],
    ids=["bytes", "another ZIP", "cut XML", "a cut sheet", "no rows", "a DTD"],
)
def test_a_damaged_workbook_is_one_sentence(content):
    with pytest.raises(Refused) as refusal:
        fill(content, "xlsx", checklist()[1], answers(*EVERY))
    assert str(refusal.value).count("다.") == 1


def test_a_document_without_answer_columns_says_so():
    content, layout = checklist()
    layout.sheets[0].columns = {"title": 3}
    with pytest.raises(Refused, match="답변을 적을 열"):
        fill(content, "xlsx", layout, answers(*EVERY))


def test_the_filled_file_is_a_whole_zip():
    with zipfile.ZipFile(io.BytesIO(filled(checklist()).content)) as package:
        assert package.testzip() is None


def test_a_workbook_whose_xml_names_its_prefix():
    """As the Open XML SDK writes it: <x:row><x:c>."""
    files = parts(split_rows()[0])
    for name in (SHEET, "xl/workbook.xml", "xl/styles.xml"):
        text = re.sub(r"<(/?)([A-Za-z]+)(?=[ />])", r"<\1x:\2", files[name].decode())
        files[name] = text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"').encode()
    made = fill(packed(files), "xlsx", split_rows()[1], answers(answer("N-01", statement="가\n나")))
    sheet = read(made.content)["점검"]
    assert (sheet["D2"].value, sheet["E2"].value) == ("Y", "가\n나")
    text = parts(made.content)[SHEET].decode()
    assert "<x:is>" in text
    assert "ns0:" not in text


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        ('"이행,미이행"', "이행"),
        ("$H$1:$H$2", "적합"),
        ("words", "적합"),
        ("'점검'!$H$1:$H$2", "적합"),
        ("INDIRECT($A$1)", "Y"),
        ('" y , n "', "y"),
    ],
)
def test_a_list_is_read_wherever_it_stands(formula, word):
    content, layout = split_rows()
    book = read(content)
    sheet = book["점검"]
    sheet["H1"], sheet["H2"] = "부적합", "적합"
    book.defined_names["words"] = DefinedName("words", attr_text="점검!$H$1:$H$2")
    listed = DataValidation(type="list", formula1=formula)
    listed.add("D1:D90")
    sheet.add_data_validation(listed)
    made = fill(saved(book), "xlsx", layout, answers(answer("N-01")))
    assert read(made.content)["점검"]["D2"].value == word


@settings(max_examples=50, deadline=None)
@given_text(text=st.text(max_size=300))
def test_any_text_comes_back_without_what_xml_forbids(text):
    made = filled(split_rows(), answer("N-01", statement=text))
    wanted = ILLEGAL.sub("", text.strip().replace("\r\n", "\n").replace("\r", "\n"))
    if wanted.strip() and "_x" not in wanted:
        assert read(made.content)["점검"]["E2"].value == wanted


def test_the_words_of_an_english_form_are_english():
    made = filled(split_rows(), answer("N-01", "partial"), language="en")
    assert read(made.content)["점검"]["D2"].value == "Partial"
