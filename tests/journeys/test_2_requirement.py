"""Step 2: the list, filtered; one requirement, answered; two tabs, nothing lost."""

import pytest
from playwright.sync_api import expect

from tests.journeys import steps

FIREWALL = """경계 방화벽 2대와 내부 방화벽 1대의 마지막 규칙은 any-any 차단입니다. (2025-03-10 시행)
연동 서버 4대는 플랫폼이 알려 준 IP 대역과 TCP 443으로만 통신합니다.
허용 규칙은 품의 승인을 받아 네트워크 담당자(박준호)가 등록하고 분기마다 검토합니다."""
FIRST = "관리자 접속은 접속용 서버 한 곳에서 2단계 인증을 거쳐야 합니다."
SECOND = "접속용 서버의 접속 기록은 로그 서버에 1년 보관합니다."


@pytest.fixture
def seoyeon(person):
    return person("seoyeon")


def open_requirement(visitor, code):
    page = visitor.go("요구사항")
    page.locator("[data-search]").fill(code)
    row = page.locator("[data-row]").filter(has_text=code)
    expect(page.locator("[data-row]")).to_have_count(1)
    visitor.follow(row.get_by_role("link", name=code))
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    return page


def test_the_list_is_filtered_by_area_and_state(seoyeon):
    page = seoyeon.go("요구사항")
    expect(page.get_by_role("status").filter(has_text="요구사항 59건")).to_be_visible()
    page.get_by_role("navigation", name="영역").get_by_role("link", name="LOG").click()
    expect(page.locator("[data-row]").first).to_contain_text("OI-LOG-")
    in_area = page.locator("[data-row]").count()
    page.get_by_label("판정", exact=True).select_option(label="적합")
    page.wait_for_url("**verdict=met**")
    rows = page.locator("[data-row]")
    expect(rows).not_to_have_count(in_area)
    assert set(steps.verdicts(rows)) == {"met"}
    assert "area=LOG" in page.url


def test_the_list_is_walked_with_the_keyboard(seoyeon):
    page = seoyeon.go("요구사항")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row][aria-selected=true]")).to_contain_text("OI-NET-02")
    page.keyboard.press("Enter")
    page.wait_for_url("**/OI-NET-02/**")


def test_the_statement_is_written_and_the_verdict_is_signed(seoyeon):
    page = open_requirement(seoyeon, "OI-NET-03")
    page.get_by_label("이행내용").fill(FIREWALL)
    page.keyboard.press("Control+s")
    expect(page.locator("#statement").get_by_text("저장됨")).to_be_visible()
    page.get_by_role("radio", name="부분적합").check()
    page.get_by_label("사유").fill("예비 방화벽의 규칙 검토가 남았습니다(12월 5일 예정).")
    page.get_by_role("button", name="판정 확정").click()
    expect(page.locator("#verdict")).to_contain_text("윤서연 님이 확정")
    expect(page.locator(".gp-head [data-value=partial]")).to_be_visible()
    page.reload()
    expect(page.get_by_label("이행내용")).to_have_value(FIREWALL)
    seoyeon.shot("requirement.ko")


def test_two_tabs_write_one_statement_and_nothing_is_lost(seoyeon):
    seoyeon.watch.expect(409)
    one = open_requirement(seoyeon, "OI-NET-05")
    two = seoyeon.context.new_page()
    two.goto(one.url)
    one.get_by_label("이행내용").fill(FIRST)
    one.locator("#statement").get_by_role("button", name="저장").click()
    expect(one.locator("#statement").get_by_text("저장됨")).to_be_visible()
    two.get_by_label("이행내용").fill(SECOND)
    two.locator("#statement").get_by_role("button", name="저장").click()
    expect(two.get_by_role("heading", name="두 사람이 이행내용을 고쳤습니다")).to_be_visible()
    expect(two.locator(".gp-beside-texts .pair .old").first).to_contain_text(FIRST)
    merged = two.get_by_label("합친 내용")
    expect(merged).to_have_value(SECOND)
    merged.fill(f"{FIRST}\n{SECOND}")
    two.get_by_role("button", name="합친 내용 저장").click()
    expect(two.locator("#statement").get_by_text("저장됨")).to_be_visible()
    one.reload()
    expect(one.get_by_label("이행내용")).to_have_value(f"{FIRST}\n{SECOND}")


def test_whoever_may_not_decide_is_told_so_at_the_button(person):
    page = open_requirement(person("junho"), "OI-NET-03")
    button = page.get_by_role("button", name="판정 확정")
    expect(button).to_have_attribute("aria-disabled", "true")
    assert button.get_attribute("title")
