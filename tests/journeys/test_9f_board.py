"""Step 9f: cards on the board, by the keyboard alone, by dragging, and by two people at once."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.journeys import samples, steps

OPEN = [(23, "telnet", "open"), (3306, "mysql", "open")]


@pytest.fixture
def board(person, tmp_path):
    """board(visitor) opens the board with the two tasks of a host that nobody else scans."""
    host = samples.address()
    seoyeon = person("seoyeon")
    steps.import_scan(seoyeon, samples.nmap(tmp_path, host, OPEN))

    def opened(visitor):
        page = visitor.open(f"tasks/board/?q={host}")
        expect(page.locator(".rm-card")).to_have_count(2)
        return page

    opened.seoyeon = seoyeon
    return opened


def column(page, state):
    return page.locator(f"[data-column={state}]")


def card_in(page, state):
    return column(page, state).locator(".rm-card")


@contextmanager
def moved(page):
    """A card is shown where it is wanted at once; the server's answer is the move."""
    with page.expect_response(lambda answer: answer.url.endswith("/drop/")) as answered:
        yield
    assert answered.value.ok


def put_down(page):
    with moved(page):
        page.keyboard.press("Space")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_card_goes_its_way_by_the_keyboard_alone(board, person, language):
    page = board(person("junho", language=language))
    live = page.locator("#board-live")
    first = card_in(page, "registered").first
    code = first.get_attribute("data-code")
    first.focus()
    page.keyboard.press("Space")
    expect(first).to_have_class("rm-card picked")
    expect(live).to_contain_text(code)
    # Columns that it may not go to say why, before anybody tries.
    expect(column(page, "closed").locator("[data-refusal]")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(card_in(page, "in_progress")).to_have_attribute("data-code", code)
    page.keyboard.press("Escape")
    expect(card_in(page, "registered")).to_have_count(2)

    first.focus()
    page.keyboard.press("Space")
    expect(column(page, "closed").locator("[data-refusal]")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    put_down(page)
    expect(live).to_contain_text("In progress" if language == "en" else "조치중")
    page.reload()
    expect(card_in(page, "in_progress")).to_have_attribute("data-code", code)

    # The order within a column is kept too.
    last = card_in(page, "registered").first
    last.focus()
    page.keyboard.press("m")
    expect(page.locator("#board-move")).to_be_visible()
    page.locator("#board-move").get_by_role("button", disabled=False).first.focus()
    page.keyboard.press("Escape")
    expect(page.locator("#board-move")).to_be_hidden()


def test_a_drag_asks_for_what_the_move_needs(board):
    page = board(board.seoyeon)
    code = card_in(page, "registered").first.get_attribute("data-code")
    card_in(page, "registered").first.drag_to(column(page, "planned"))
    dialog = page.locator("#board-drop")
    expect(dialog).to_be_visible()
    dialog.locator("[data-close]").click()
    expect(card_in(page, "registered")).to_have_count(2)

    card_in(page, "registered").first.drag_to(column(page, "planned"))
    dialog.locator("[name=plan]").fill("텔넷을 끄고 SSH로 바꿉니다.")
    with moved(page):
        dialog.locator("button.btn-primary").click()
    expect(card_in(page, "planned")).to_have_attribute("data-code", code)
    expect(column(page, "planned").locator("[data-count]")).to_have_text("1")
    page.reload()
    expect(card_in(page, "planned")).to_have_attribute("data-code", code)


def test_a_drag_to_where_it_may_not_go_says_why(board):
    page = board(board.seoyeon)
    card_in(page, "registered").first.drag_to(column(page, "verifying"))
    expect(page.locator("#toasts .gp-alert")).to_be_visible()
    expect(card_in(page, "registered")).to_have_count(2)
    expect(card_in(page, "verifying")).to_have_count(0)


def test_two_people_drag_one_card_and_the_second_sees_where_it_went(board, person):
    junho = person("junho")
    hers, his = board(board.seoyeon), board(junho)
    first = card_in(his, "registered").first
    code = first.get_attribute("data-code")
    # He is asked for his plan; while he writes, she is quicker.
    first.focus()
    his.keyboard.press("Space")
    expect(column(his, "closed").locator("[data-refusal]")).to_be_visible()
    his.keyboard.press("ArrowRight")
    expect(card_in(his, "planned")).to_have_count(1)
    his.keyboard.press("Space")
    his.locator("#board-drop [name=plan]").fill("제 계획입니다.")
    with moved(hers):
        card_in(hers, "registered").first.drag_to(column(hers, "in_progress"))
    expect(card_in(hers, "in_progress")).to_have_attribute("data-code", code)

    junho.watch.expect(409)
    his.locator("#board-drop button.btn-primary").click()
    expect(his.locator("#toasts .gp-alert")).to_contain_text("윤서연")
    expect(card_in(his, "in_progress")).to_have_attribute("data-code", code)
    expect(card_in(his, "registered")).to_have_count(1)
    # What she did stands; what he typed is written nowhere.
    his.goto(his.url.split("tasks/board")[0] + f"tasks/{int(code[2:])}/")
    expect(his.locator(".gp-head [data-value=in_progress]")).to_be_visible()
    expect(his.get_by_text("제 계획입니다.")).to_have_count(0)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_finding_is_closed_by_a_scan_in_either_language(person, tmp_path, language):
    """Finding → task → fix → a rescan that shows the pass → closed."""
    seoyeon, minsu = person("seoyeon", language=language), person("minsu", language=language)
    host = samples.address()
    scan(seoyeon, samples.nmap(tmp_path, host, [(23, "telnet", "open")]))
    page = minsu.open(f"tasks/?q={host}")
    minsu.follow(page.locator("[data-row] a").first)
    task = page.url
    page.keyboard.press("s")
    state = page.locator(".gp-head [data-value]").first
    expect(state).to_have_attribute("data-value", "in_progress")
    page.keyboard.press("m")
    page.locator("#comment-text").fill("**telnet**을 끕니다. <script>alert(1)</script>")
    page.locator("#activity button.btn-primary").click()
    expect(page.locator(".said .gp-md strong")).to_have_text("telnet")
    expect(page.locator(".said script")).to_have_count(0)
    page.locator("#fix").click()
    page.locator("#fix-action").fill("텔넷을 제거했습니다.")
    minsu.drop("#fix-dialog [data-drop]", samples.screen_png(tmp_path, "조치_확인.png"))
    page.locator("#fix-dialog button.btn-primary").click()
    expect(state).to_have_attribute("data-value", "fixed")
    scan(seoyeon, samples.nmap(tmp_path, host, [(23, "telnet", "closed"), (443, "https", "open")]))
    hers = seoyeon.page
    hers.goto(task)
    expect(hers.locator(".gp-alert.tone-good")).to_be_visible()
    hers.locator("#verify-and-close").click()
    expect(hers.locator(".gp-head [data-value=closed]")).to_be_visible()
    # What is closed stands on the board for a while, and in the progress of the week.
    board_page = seoyeon.open(f"tasks/board/?q={host}")
    expect(card_in(board_page, "closed")).to_have_count(1)


def scan(visitor, path):
    """Import a scan by the page's own parts, whatever its language."""
    page = visitor.open("scans/")
    visitor.drop("#import [data-drop]", path)
    expect(page.locator("#import [data-files]")).to_contain_text(path.name)
    page.locator("#import form button.btn-primary, #import button[type=submit]").first.click()
    page.wait_for_url("**/scans/*/")
    expect(page.locator(".gp-head [data-value=imported]")).to_be_visible(timeout=30_000)
