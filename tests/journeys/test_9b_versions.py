"""Step 10: next year's edition of the form; what is carried over and what a person looks at."""

import pytest
from playwright.sync_api import expect

from tests.journeys import forms, gaon, wizard
from tests.journeys.windows import opened


@pytest.fixture(scope="session")
def next_edition(browser, portal, sessions, gaon_form, tmp_path_factory):
    """The 2028 edition, imported with last year's mapping; the address of what is new in it."""
    path = forms.check_list(tmp_path_factory.mktemp("edition"), forms.NEXT_YEAR, 2028)
    with opened(browser, portal, sessions) as windows:
        return publish(windows.of("seoyeon"), path)


def publish(seoyeon, path):
    page, steps_in = seoyeon.page, wizard.Wizard(seoyeon)
    steps_in.bring(path)
    expect(page.locator(".gp-alert").filter(has_text="저장된 매핑")).to_contain_text(gaon.MAPPING)
    steps_in.go_on("columns")
    steps_in.is_mapped(gaon.COLUMNS)
    steps_in.go_on("words")
    expect(page.locator("[name=word-met]")).to_have_value("이행")
    steps_in.go_on("about")
    steps_in.describe(
        platform="가온배달",
        title_ko="가온배달 보안점검표",
        identifier=gaon.PROFILE,
        version="2028",
    )
    steps_in.go_on("preview")
    steps_in.publish()
    page.wait_for_url(f"**/versions/{gaon.PROFILE}@2027...{gaon.PROFILE}@2028/")
    expect(page.locator(".gp-alert").filter(has_text="2027")).to_be_visible()
    return page.url


CHANGES = {
    "1.3": "삭제",
    "2.2": "문구 변경",
    "2.3 → 2.4": "번호 변경 추정",
    "3.1": "문구 변경",
    "3.2": "추가",
}


def test_the_page_of_what_changed_names_every_kind(next_edition, person):
    seoyeon = person("seoyeon")
    page = seoyeon.page
    page.goto(next_edition)
    expect(page.locator(".gp-change")).to_have_count(len(CHANGES))
    for code, kind in CHANGES.items():
        change = page.locator(".gp-change .card-header").filter(has_text=code)
        expect(change).to_contain_text(kind)
    patches = page.locator(".gp-change").filter(has_text="보안 패치")
    expect(patches.locator("del")).to_contain_text(["60일"])
    expect(patches.locator("ins").first).to_contain_text("30일")
    seoyeon.shot("difference.ko")


@pytest.fixture(scope="session")
def carried(browser, portal, sessions, next_edition):
    """The address of the list of things to look at, after one pair was confirmed."""
    with opened(browser, portal, sessions) as windows:
        seoyeon = windows.of("seoyeon")
        page = seoyeon.page
        page.goto(next_edition)
        seoyeon.follow(page.get_by_role("link", name="이 버전으로 전환"))
        page.get_by_label("2.3와(과) 같은 요구사항").check()
        page.get_by_role("button", name="전환 확정").click()
        page.wait_for_url("**/versions/carried/*/")
        return page.url


def test_what_a_person_looks_at_is_ticked_off(carried, person):
    seoyeon = person("seoyeon")
    page = seoyeon.page
    page.goto(carried)
    rows = page.locator("[data-row]")
    for code in ("1.3", "2.2", "2.4", "3.1", "3.2"):
        expect(rows.filter(has_text=code)).not_to_have_count(0)
    total = rows.count()
    rows.first.get_by_role("button", name="확인", exact=True).click()
    expect(page.get_by_text(f"{total}개 중 1개 확인").first).to_be_visible()
    for box in page.locator("[data-row] input[name=item]").all():
        box.check()
    page.get_by_role("button", name="선택한 항목 확인").click()
    expect(page.get_by_text(f"{total}개 중 {total}개 확인").first).to_be_visible()


def open_new(visitor, code):
    return visitor.open(f"requirements/{gaon.PROFILE}/{code}/")


def test_the_statement_goes_on_and_the_verdict_of_a_reworded_one_falls(carried, person):
    seoyeon = person("seoyeon")
    page = open_new(seoyeon, "2.2")
    expect(page.get_by_text("30일 안에").first).to_be_visible()
    expect(page.get_by_label("이행내용")).to_have_value(gaon.PATCHES)
    expect(page.locator(".gp-head [data-value=not_checked]")).to_be_visible()
    page = open_new(seoyeon, "2.4")
    expect(page.get_by_label("이행내용")).to_have_value(gaon.MALWARE)
    expect(page.locator(".gp-head [data-value=met]")).to_be_visible()


def test_what_did_not_change_keeps_its_evidence(carried, gaon_form, person):
    page = open_new(person("seoyeon"), "1.1")
    expect(page.locator(".gp-head [data-value=met]")).to_be_visible()
    row = page.locator("#evidence-rows tbody tr").filter(has_text=gaon_form.evidence)
    expect(row.locator("[data-value=accepted]")).to_be_visible()


def test_the_old_page_can_only_be_read_and_leads_on(carried, person):
    seoyeon = person("seoyeon")
    page = seoyeon.open(f"requirements/{gaon.PROFILE}/2.3/?version=2027")
    expect(page.locator(".gp-head [data-value=met]")).to_be_visible()
    expect(page.locator("#statement")).to_contain_text(gaon.MALWARE)
    expect(page.get_by_label("이행내용")).to_have_count(0)
    former = page.locator("#former-version")
    expect(former).to_contain_text("열람만 할 수 있습니다")
    seoyeon.follow(former.get_by_role("link"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("2.4")
    page = seoyeon.open(f"requirements/{gaon.PROFILE}/1.3/")
    expect(page.locator("#former-version")).to_contain_text("2028")


def test_the_new_edition_of_the_form_is_the_one_that_goes_out(carried, person, tmp_path):
    cells = forms.values(wizard.filled_form(person("seoyeon"), gaon.PROFILE, tmp_path))["점검표"]
    assert cells["A1"].endswith("(2028년)")
    numbers = {row: cells[f"B{row}"] for row in range(5, 12)}
    answers = {number: cells.get(f"F{row}") for row, number in numbers.items()}
    assert (answers["1.1"], answers["2.4"]) == ("이행", "이행")
    assert (answers["2.2"], answers["3.1"], answers["3.2"]) == (None, None, None)
