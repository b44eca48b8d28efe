"""A platform's document goes in through the wizard, is answered, and comes back in its own form."""

import csv
import io

import pytest

from compliance.exchange import exporting
from compliance.requirements.models import Assessment
from tests.exchange.forms import ITEMS, checklist, questionnaire, read, split_rows, table

VERDICTS = ["met", "partial", "not_met", "not_applicable", "inconclusive"]


@pytest.fixture
def answered(manna, bring, publish):
    """answered(made, name) imports a form, answers each item with another verdict, and exports it."""

    def there_and_back(made, name):
        content, _layout = made
        profile = publish(bring(content, name))
        for (code, *_rest), verdict in zip(ITEMS, VERDICTS, strict=True):
            rows = Assessment.objects.filter(
                organisation=manna, requirement__profile=profile, requirement__code=code
            )
            assert rows.update(verdict=verdict, reason="사유", statement=f"- 이행 {code}") == 1
        return exporting.make(manna, profile, "form")

    return there_and_back


def test_a_korean_checklist(answered):
    sheet = read(answered(checklist(), "점검표.xlsx").content)["보안 점검표"]
    words = [sheet.cell(row, 5).value for row in range(5, 10)]
    assert words == ["이행", "부분이행", "미이행", "해당없음", None]
    assert [sheet.cell(row, 6).value for row in range(5, 10)] == [f"- 이행 {i[0]}" for i in ITEMS]
    assert {str(each) for each in sheet.merged_cells.ranges} >= {"A3:A4", "E3:I3", "A7:A9"}


def test_an_english_questionnaire_of_two_sheets(answered):
    made = answered(questionnaire(), "questions.xlsx")
    book = read(made.content)
    assert book["NET Q's"]["C2"].value == "Yes"
    assert [book["SRV Q's"][f"C{row}"].value for row in (2, 3)] == ["No", "N/A"]
    assert book["SRV Q's"]["C4"].value.startswith("=IF(")
    assert {note.why.value for note in made.filled.notes} >= {"list", "formula"}


def test_a_form_with_several_rows_an_item(answered):
    made = answered(split_rows(), "나눈 행.xlsx")
    sheet = read(made.content)["점검"]
    assert all(sheet[f"D{row}"].value for row in (2, 4, 6, 8))
    assert [(n.code, n.why.value) for n in made.filled.notes] == [("S-03", "merged")]


def test_the_cp949_twin(answered):
    content = answered(table(), "점검표.csv").content
    rows = list(csv.reader(io.StringIO(content.decode("cp949"), newline="")))
    assert [row[5] for row in rows[2:]] == [f"'- 이행 {item[0]}" for item in ITEMS]
    assert [row[8] for row in rows[2:]] == ["사유"] * 5


@pytest.mark.parametrize("made", [checklist(), questionnaire()], ids=["checklist", "questions"])
def test_what_came_out_can_go_in_again(answered, bring, made):
    out = answered(made, "점검표.xlsx").content
    again = bring(out, "점검표 답변.xlsx")
    assert [sheet["name"] for sheet in again.layout["sheets"]]
