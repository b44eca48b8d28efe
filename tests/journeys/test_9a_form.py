"""Step 9: a platform's own document goes in, is answered, and comes back in its own form."""

import csv
import io

from playwright.sync_api import expect

from tests.journeys import forms, gaon, steps, wizard

SHEET = "점검표"


def test_answers_stand_in_the_cells_that_were_meant(gaon_form):
    cells = forms.values(gaon_form.filled)[SHEET]
    assert {name: cells.get(name) for name in ("F5", "G5", "F6", "I6", "F7", "I7")} == {
        "F5": "이행",
        "G5": gaon.FIREWALL,
        "F6": "부분이행",
        "I6": gaon.VPN_LEFT,
        "F7": "해당없음",
        "I7": gaon.NO_WIRELESS,
    }
    assert gaon_form.evidence in cells["H5"]
    # What begins like a formula is a text, and nobody's answer is no answer.
    assert cells["G9"].lstrip("'") == gaon.PATCHES
    assert "F8" not in cells
    assert "F12" not in cells


def test_everything_else_of_the_form_is_as_it_came(gaon_form):
    before, after = forms.values(gaon_form.original), forms.values(gaon_form.filled)
    written = {name for name, value in after[SHEET].items() if before[SHEET].get(name) != value}
    assert {name[0] for name in written} == set("FGHI")
    assert {**after, SHEET: {}} == {**before, SHEET: {}}
    assert before[SHEET].keys() <= after[SHEET].keys()
    assert forms.shape(gaon_form.filled) == forms.shape(gaon_form.original)


def test_the_page_of_files_says_what_is_in_the_form(gaon_form, person):
    seoyeon = person("seoyeon")
    page = wizard.export_page(seoyeon, gaon.PROFILE)
    expect(page.locator(".ex-form")).to_contain_text(gaon_form.original.name)
    expect(page.locator(".ex-form .gp-stat").first).to_contain_text("6")
    seoyeon.shot("export.ko")


def test_the_csv_twin_comes_back_in_cp949(person, tmp_path):
    """It says no words of its own; the person gives them."""
    seoyeon = person("seoyeon")
    steps_in, page = wizard.Wizard(seoyeon), seoyeon.page
    original = forms.check_list_csv(tmp_path)
    steps_in.bring(original)
    steps_in.go_on("columns")
    steps_in.is_mapped(gaon.COLUMNS)
    steps_in.go_on("words")
    for verdict, word in zip(("met", "partial", "not_met"), forms.WORDS.split(","), strict=False):
        page.locator(f"[name=word-{verdict}]").fill(word)
    steps_in.go_on("about")
    steps_in.describe(
        platform="가온배달", title_ko="가온배달 점검표(CSV)", identifier="gaon-csv", version="2027"
    )
    steps_in.go_on("preview")
    gaon.leave_out_the_example(steps_in)
    steps_in.publish()
    page.wait_for_url("**/requirements/?profile=gaon-csv")
    steps.answer(seoyeon, "gaon-csv", "1.1", statement=gaon.FIREWALL, verdict="met")
    steps.answer(seoyeon, "gaon-csv", "1.3", verdict="not_applicable", reason=gaon.NO_WIRELESS)
    filled = wizard.filled_form(seoyeon, "gaon-csv", tmp_path / "filled")
    before, after = rows_of(original), rows_of(filled)
    assert after[4] == [*before[4][:5], "이행", gaon.FIREWALL, "", ""]
    assert after[6] == [*before[6][:5], "해당없음", "", "", gaon.NO_WIRELESS]
    untouched = set(range(len(before))) - {4, 6}
    assert {row: after[row] for row in untouched} == {row: before[row] for row in untouched}


def rows_of(path):
    content = path.read_bytes()
    assert b"\r\n" in content
    return list(csv.reader(io.StringIO(content.decode("cp949"), newline="")))


def test_numbers_that_begin_again_in_every_sheet_are_told_apart(person, tmp_path):
    seoyeon = person("seoyeon")
    steps_in, page = wizard.Wizard(seoyeon), seoyeon.page
    original = forms.chapters(tmp_path)
    steps_in.bring(original)
    expect(page.get_by_label("표지", exact=True)).not_to_be_checked()
    expect(page.get_by_label("코드", exact=True)).not_to_be_checked()
    steps_in.go_on("columns")
    steps_in.is_mapped({"No.": "code", "점검항목": "title", "이행현황": "implementation"})
    steps_in.go_on("words")
    steps_in.go_on("about")
    steps_in.describe(platform=("narae", "나래배달"), identifier="narae-own", version="2027")
    steps_in.go_on("preview")
    expect(page.locator(".gp-alert").filter(has_text="번호가 시트나 영역마다")).to_be_visible()
    steps_in.publish()
    page.wait_for_url("**/requirements/?profile=narae-own")
    steps.answer(
        seoyeon, "narae-own", "1-2", statement="인사팀이 당일 잠급니다.", verdict="partial"
    )
    steps.answer(seoyeon, "narae-own", "2-2", statement="NTP 서버 2대", verdict="met")
    filled = wizard.filled_form(seoyeon, "narae-own", tmp_path / "filled")
    cells = forms.values(filled)
    first, second = cells["1. 접근통제"], cells["2. 로그관리"]
    assert (first["C5"], first["D5"]) == ("△", "인사팀이 당일 잠급니다.")
    assert (second["C5"], second["D5"]) == ("○", "NTP 서버 2대")
    # The numbers of the form stay its own.
    assert [second[f"A{row}"] for row in (4, 5, 6)] == [1, 2, 3]
    assert "C4" not in first
    assert forms.shape(filled) == forms.shape(original)


def test_an_english_questionnaire_goes_round_in_english(person, tmp_path):
    daun = person("daun", language="en")
    steps_in, page = wizard.Wizard(daun, language="en"), daun.page
    original = forms.questionnaire(tmp_path)
    steps_in.bring(original)
    steps_in.go_on("columns")
    steps_in.is_mapped({"Ref": "code", "Question": "title", "Response": "answer"})
    steps_in.go_on("words")
    expect(page.locator("[name=word-met]")).to_have_value("Yes")
    steps_in.go_on("about")
    steps_in.describe(platform=("hanbit", "한빛커머스"), identifier="hanbit-own", version="2027")
    steps_in.go_on("preview")
    steps_in.publish()
    page.wait_for_url("**/requirements/?profile=hanbit-own")
    statement = "Administrators sign in with a hardware key."
    steps.answer(daun, "hanbit-own", "AC-1", statement=statement, verdict="met")
    reason = "Payment is handled by the platform."
    steps.answer(daun, "hanbit-own", "PM-1", verdict="not_applicable", reason=reason)
    filled = wizard.filled_form(daun, "hanbit-own", tmp_path / "filled", language="en")
    cells = forms.values(filled)["Vendor questionnaire"]
    assert (cells["D2"], cells["E2"]) == ("Yes", statement)
    assert cells["D4"] == "N/A"
    assert reason in cells["E4"]
    assert "D3" not in cells
    assert forms.shape(filled) == forms.shape(original)
