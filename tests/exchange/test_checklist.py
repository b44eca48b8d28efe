"""The checklist is read, printed and opened in Korean Excel."""

import csv
import io
import time
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from compliance.exchange import checklists
from compliance.exchange.filling import CELL_LIMIT
from tests.exchange.answered import EVERY, MOMENT, answer, answers, given
from tests.exchange.forms import parts


def sheet_of(gathered, **options):
    return load_workbook(io.BytesIO(checklists.xlsx(gathered, **options))).active


def heading_row(sheet):
    return next(
        row for row in range(1, 20) if sheet.cell(row, 4).value and sheet.cell(row, 15).value
    )


def test_the_head_says_who_answers_what_and_when():
    sheet = sheet_of(answers(*EVERY))
    assert sheet.title == "이행점검표"
    head = {sheet.cell(row, 1).value: sheet.cell(row, 3).value for row in range(2, 7)}
    assert head["조직"] == "만나배달"
    assert head["기준일시"] == "2026-11-20 12:00"
    assert head["판정"] == "미점검 1 · 적합 1 · 부분적합 1 · 해당없음 1 · 판단보류 1"


def test_a_reference_profile_says_that_it_is_not_the_platforms_word():
    gathered = answers(*EVERY, status="reference_unofficial")
    texts = [
        cell.value for row in sheet_of(gathered).iter_rows(max_row=9) for cell in row if cell.value
    ]
    assert any("참조 프로파일" in str(text) for text in texts)


@pytest.mark.parametrize(("language", "verdict"), [("ko", "적합"), ("en", "Met")])
def test_each_row_answers_one_requirement(language, verdict):
    sheet = sheet_of(answers(*EVERY), language=language)
    first = heading_row(sheet) + 1
    assert sheet.cell(first, 1).value == "N-01"
    assert sheet.cell(first, 7).value == verdict
    assert sheet.cell(first, 8).value == "- 방화벽으로 분리\n- 매월 점검"
    assert sheet.cell(first, 10).value == "EV-0001 방화벽 룰셋 (룰셋.png)"


def test_evidence_that_is_not_accepted_says_so():
    sheet = sheet_of(answers(answer("N-01", evidence=[given(stands=False)])))
    assert sheet.cell(heading_row(sheet) + 1, 10).value.endswith("[검토중]")


def test_nothing_in_it_runs():
    sheet = sheet_of(answers(answer("N-01", statement="=1+1", owner="@x", reason="+1")))
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_it_prints_on_a4_with_its_headings_on_every_page():
    sheet = sheet_of(answers(*EVERY))
    row = heading_row(sheet)
    assert sheet.print_title_rows == f"${row}:${row}"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.freeze_panes == f"D{row + 1}"


def test_equal_answers_give_equal_bytes(monkeypatch):
    first = checklists.xlsx(answers(*EVERY))
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert checklists.xlsx(answers(*EVERY)) == first
    core = parts(first)["docProps/core.xml"].decode()
    assert core.count("2026-11-20T03:00:00Z") == 2


def test_another_moment_gives_other_bytes():
    one, other = (
        checklists.xlsx(answers(*EVERY), as_of=MOMENT.replace(hour=hour)) for hour in (1, 2)
    )
    assert one != other


def test_long_and_forbidden_texts_do_not_break_it():
    item = answer("N-01", statement="가" * 200_000, reason="\x00나\x0b", owner="\ud800밥")
    sheet = sheet_of(answers(item, organisation="만나\x07배달"))
    row = heading_row(sheet) + 1
    assert len(sheet.cell(row, 8).value) == CELL_LIMIT
    assert (sheet.cell(row, 9).value, sheet.cell(row, 12).value) == ("나", "밥")


def test_an_empty_profile_has_a_checklist_too():
    assert heading_row(sheet_of(answers())) > 1


def test_the_csv_opens_in_korean_excel():
    items = [*EVERY, replace(EVERY[0], statement="\t=1+1\n@x")]
    content = checklists.csv(answers(*items))
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 7
    assert {len(row) for row in rows} == {15}
    assert rows[2][7] == "'=cmd|'/c calc'!A0"
    assert rows[6][7] == "'=1+1\n'@x"
