"""Step 9f: the auditor reviews with the keyboard alone; asks for what is missing; the engineer answers."""

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.journeys import samples, steps

REQUIREMENT = "requirements/order-integration-reference/OI-NET-05/"


def hand_in(visitor, *paths):
    page = visitor.open(REQUIREMENT)
    steps.upload(visitor, *paths)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(len(paths), timeout=20_000)


def select_by_keyboard(page, title):
    """Press n until the desk shows *title*."""
    for _step in range(40):
        if title in page.get_by_role("heading", level=1).inner_text():
            return
        before = page.url
        page.keyboard.press("n")
        page.wait_for_url(lambda url, before=before: url != before)
    raise AssertionError(f"{title} never came")


def test_a_review_by_keyboard_only(person, tmp_path):
    minsu = person("minsu")
    good, bad = samples.policy_pdf(tmp_path), samples.screen_png(tmp_path, "키보드_반려.png")
    hand_in(minsu, good, bad)

    haneul = person("haneul")
    page = haneul.open("evidence/desk/")
    select_by_keyboard(page, good.stem)
    page.keyboard.press("j")
    expect(page.locator(".gp-desk-right figure[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("+")
    expect(page.locator("[data-zoom-shown]")).to_have_text("150%")
    page.keyboard.press("0")
    expect(page.locator("[data-zoom-shown]")).to_have_text("100%")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator(".gp-alert.tone-good")).to_contain_text(good.stem)

    select_by_keyboard(page, bad.stem)
    page.keyboard.press("r")
    expect(page.locator("#return-dialog")).to_be_visible()
    # The first common reason has the focus; Space ticks it, Tab goes on to the button.
    page.keyboard.press("Space")
    for _step in range(20):
        if page.evaluate("document.activeElement.id") == "return-send":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("반려")


def test_a_request_is_answered_with_what_is_there(person, tmp_path):
    haneul = person("haneul")
    page = haneul.open(REQUIREMENT)
    page.locator("[data-dialog=ask]").click()
    dialog = page.locator("#ask")
    dialog.locator("[name=owner]").select_option(label="김민수")
    dialog.locator("[name=text]").fill("차단 정책이 보이는 전체 화면을 올려 주십시오.")
    dialog.locator("[name=due]").fill((date.today() + timedelta(days=3)).isoformat())  # noqa: DTZ011
    dialog.get_by_role("button", name="요청 보내기").click()
    expect(page.locator(".gp-head [data-value=requested]")).to_be_visible()
    address = page.url

    minsu = person("minsu")
    page = minsu.page
    page.goto(address)
    page.locator("#answer-files").set_input_files(samples.screen_png(tmp_path, "요청_답변.png"))
    page.locator("#answer").click()
    expect(page.locator(".gp-head [data-value=answered]")).to_be_visible()

    page = haneul.page
    page.goto(address)
    page.locator("#accept").click()
    expect(page.locator(".gp-head [data-value=accepted]")).to_be_visible()
