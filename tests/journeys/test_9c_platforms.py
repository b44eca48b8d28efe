"""Step 11: two platforms at once; what one was told and shown serves the other, never silently."""

import re

from playwright.sync_api import expect

YOGIYO = "yogiyo-integration-reference"
CODE = "YO-INF-05"
TITLE = "요기요 연동 보안점검 참조 프로파일"


def percent(page):
    """What the dashboard says of the area of CODE."""
    row = page.locator(".gp-areas tr").filter(has_text="INF")
    return int(re.search(r"(\d+)%", row.inner_text())[1])


def switch(visitor, where):
    """Choose the second platform's profile as a person does, from the list at the top."""
    page = visitor.go(where)
    chosen = page.get_by_role("main").get_by_label("프로파일", exact=True)
    label = chosen.locator("option").filter(has_text=TITLE).inner_text()
    chosen.select_option(label=label)
    page.wait_for_url(f"**profile={YOGIYO}**")
    return page


def test_one_statement_and_one_evidence_serve_both_platforms(person):
    seoyeon = person("seoyeon")
    before = percent(switch(seoyeon, "대시보드"))
    page = switch(seoyeon, "요구사항")
    page.get_by_role("link", name=CODE).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CODE)
    take_the_statement_over(seoyeon)
    number = link_the_evidence(page)
    accept_for(person("haneul"), number)
    page.reload()
    row = page.locator("#evidence-rows tbody tr").filter(has_text=number)
    expect(row.locator("[data-value=accepted]")).to_be_visible()
    page.get_by_role("radio", name="적합", exact=True).check()
    page.get_by_role("button", name="판정 확정").click()
    expect(page.locator(".gp-head [data-value=met]")).to_be_visible()
    assert percent(switch(seoyeon, "대시보드")) > before


def take_the_statement_over(seoyeon):
    """Proposed with its relation, the reason for it and the source; nothing is copied by itself."""
    page = seoyeon.page
    related = page.locator("#related .gp-related > li").filter(has=page.get_by_text("출처:"))
    nearest = related.filter(has_text="초안으로 가져오기").first
    relation = re.compile("^(equal|subset|superset|intersects)$")
    expect(nearest.locator(".gp-badge").first).to_have_attribute("data-value", relation)
    expect(nearest.locator("p").first).not_to_be_empty()
    expect(page.get_by_label("이행내용")).to_have_value("")
    page.locator("#related").scroll_into_view_if_needed()
    seoyeon.shot("related.ko")
    said = nearest.locator("blockquote").inner_text().removesuffix("…")
    seoyeon.follow(nearest.get_by_role("link", name="이 이행내용을 초안으로 가져오기"))
    draft = page.locator("textarea[name=text]")
    assert draft.input_value().startswith(said[:40])
    ours = f"{draft.input_value()}\n요기요 연동 서버 2대에도 같은 정책을 적용합니다."
    draft.fill(ours)
    page.get_by_role("main").get_by_role("button", name="저장").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(CODE)
    expect(page.get_by_label("이행내용")).to_have_value(ours)


def link_the_evidence(page):
    """Return the number of the evidence of the other platform that now waits for a review here."""
    reuse = page.locator("#evidence-reuse li").first
    number = reuse.locator(".mono").first.inner_text()
    reuse.get_by_role("button", name="이 증적도 여기에 연결").click()
    row = page.locator("#evidence-rows tbody tr").filter(has_text=number)
    expect(row.locator("[data-value=in_review]")).to_be_visible()
    return number


def accept_for(auditor, number):
    """The auditor accepts that evidence once more, for the second platform's requirement."""
    page = auditor.go("심사")
    auditor.follow(page.locator(".gp-queue a").filter(has_text=CODE).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    expect(page.locator(".gp-desk-left")).to_contain_text(CODE)
    page.keyboard.press("a")
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("승인")


def test_the_way_back_leads_to_the_platform_one_came_from(person):
    seoyeon = person("seoyeon")
    page = seoyeon.open(f"requirements/{YOGIYO}/{CODE}/")
    seoyeon.follow(page.locator(".breadcrumb a").last)
    expect(page.locator("[data-row]").first).to_contain_text("YO-INF-")


def test_the_relation_is_said_in_english_too(person):
    daun = person("daun", language="en")
    page = daun.open(f"requirements/{YOGIYO}/{CODE}/")
    related = page.locator("#related")
    expect(related.get_by_role("heading", name="Related requirements")).to_be_visible()
    expect(related.get_by_text(re.compile("^Source:")).first).to_be_visible()
