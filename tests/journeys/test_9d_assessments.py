"""Step 12: drafts that survive, many rows at once and back, shared filters, comments, the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.journeys import steps

PROFILE = "order-integration-reference"
BEGUN = "로그 서버 2대에 실시간으로 보내고 저장 전에 해시를 남깁니다."
REASON = "자매회사의 POS가 처리하며 우리 시스템에는 없습니다."


@pytest.fixture
def seoyeon(person):
    return person("seoyeon")


def test_what_was_being_written_survives_a_closed_window(person):
    address = f"requirements/{PROFILE}/OI-LOG-05/"
    junho = person("junho")
    page = junho.open(address)
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type(BEGUN)
    expect(page.locator("[data-draft-state]")).to_contain_text("초안 자동 저장")
    saved = page.get_by_label("이행내용").evaluate("field => field.defaultValue")
    page.close()

    again = person("junho").open(address)
    expect(again.get_by_label("이행내용")).to_have_value(saved)
    bar = again.locator("[data-draft-bar]")
    expect(bar).to_contain_text("쓰던 글이 저장되지 않았습니다")
    bar.get_by_role("button", name="초안 이어 쓰기").click()
    expect(again.get_by_label("이행내용")).to_have_value(BEGUN)
    again.keyboard.press("Control+s")
    expect(again.locator("#statement").get_by_text("저장됨")).to_be_visible()
    again.reload()
    expect(again.get_by_label("이행내용")).to_have_value(BEGUN)
    expect(bar).to_be_hidden()


def test_many_rows_get_a_verdict_at_once_and_are_taken_back(seoyeon):
    page = seoyeon.open(f"requirements/?profile={PROFILE}&area=DAT")
    rows = page.locator("[data-row]")
    before = steps.verdicts(rows)
    page.keyboard.press("j")
    page.keyboard.press("x")
    rows.nth(2).locator("input[name=row]").click(modifiers=["Shift"])
    expect(page.locator("[data-bulk-count]")).to_have_text("3")
    page.get_by_role("button", name="판정하기").click()
    dialog = page.locator("#bulk-verdict")
    dialog.locator("[value=not_applicable]").check()
    sign = dialog.get_by_role("button", name="판정 확정")
    # Without its reason nothing is sent.
    sign.click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("사유").fill(REASON)
    sign.click()
    told = page.locator("#list .gp-alert[role=status]")
    expect(told).to_contain_text("3건")
    assert steps.verdicts(rows) == ["not_applicable"] * 3 + before[3:]
    told.get_by_role("button", name="되돌리기").click()
    expect(page.locator(".gp-alert.tone-good").filter(has_text="3건").first).to_be_visible()
    expect(rows).to_have_count(len(before))
    assert steps.verdicts(rows) == before


def test_filters_are_saved_and_shared_by_their_address(seoyeon, person):
    page = seoyeon.open(f"requirements/?profile={PROFILE}")
    page.get_by_role("navigation", name="영역").get_by_role("link", name="SRV").click()
    page.wait_for_url("**area=SRV**")
    page.get_by_label("판정", exact=True).select_option("open")
    page.wait_for_url("**verdict=open**")
    shown = page.locator("#list [role=status]").first.inner_text()
    page.get_by_role("button", name="현재 필터 저장").click()
    dialog = page.locator("#filter-save")
    dialog.get_by_label("이름").fill("서버 미결")
    dialog.get_by_label("조직의 모든 구성원에게 보이기").check()
    dialog.get_by_role("button", name="저장", exact=True).click()
    chips = page.locator("[data-saved-filters]")
    expect(chips.locator("[aria-current=true]")).to_contain_text("서버 미결")
    address = page.url

    theirs = person("junho").page
    theirs.goto(address)
    expect(theirs.locator("#list [role=status]").first).to_have_text(shown)
    chip = theirs.locator("[data-saved-filters] a").filter(has_text="서버 미결")
    expect(chip).to_have_attribute("aria-current", "true")


def test_somebody_named_in_a_comment_hears_of_it(seoyeon, person):
    page = seoyeon.open(f"requirements/{PROFILE}/OI-SRV-03/")
    page.locator("#comment-text").click()
    page.keyboard.type("@박")
    page.locator("#comments").get_by_role("option", name="박준호").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("12월 점검 전에 계정 목록을 봐 주세요.")
    page.locator("#comment").click()
    expect(page.locator(".gp-comments li").last).to_contain_text("@박준호 12월 점검 전에")

    theirs = person("junho").open("notices/")
    notice = theirs.locator("main [data-row]").filter(has_text="OI-SRV-03").first
    expect(notice).to_contain_text("윤서연")
    notice.get_by_role("button", name="열기").click()
    theirs.wait_for_url("**/OI-SRV-03/**")
    expect(theirs.locator("#comments")).to_contain_text("계정 목록을 봐 주세요")


def test_the_list_is_worked_without_a_mouse(seoyeon):
    page = seoyeon.open(f"requirements/?profile={PROFILE}")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("OI-LOG-0")
    expect(page.locator("[data-row]")).to_have_count(9)
    page.keyboard.press("Escape")
    chosen = page.locator("[data-row][aria-selected=true]")
    for key, code in (("j", "OI-LOG-01"), ("j", "OI-LOG-02"), ("k", "OI-LOG-01")):
        page.keyboard.press(key)
        expect(chosen).to_contain_text(code)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="단축키")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_url("**/OI-LOG-01/**")
    expect(page.get_by_label("이행내용")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url("**/OI-LOG-02/**")
