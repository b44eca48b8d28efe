"""A copy without the number: boxes by mouse and by keyboard, what lay beneath is gone, the desk takes it."""

import io
import re

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys import samples, steps
from tests.vault.personal.test_reading import NUMBER, pdf_with

REQUIREMENT = "requirements/order-integration-reference/OI-LOG-02/"
# Parts of the page: left, top, right, bottom.
WHERE = (0.05, 0.28, 0.6, 0.4)


@pytest.fixture
def minsu(person):
    visitor = person("minsu")
    # Nobody asks him whether he wants to leave a page with boxes on it.
    visitor.page.on("dialog", lambda asked: asked.accept())
    return visitor


def hand_in(visitor, path):
    """Upload it and open the page that draws boxes on it, as somebody who saw the number there."""
    page = visitor.open(REQUIREMENT)
    steps.upload(visitor, path)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1, timeout=30_000)
    visitor.follow(page.locator("#evidence-panel .said.good a"))
    address = page.locator("a[href*='/evidence/files/']").first.get_attribute("href")
    number = address.partition("/files/")[2].partition("/")[0]
    visitor.open(f"evidence/files/{number}/redact/")
    expect(page.locator("#boxes-said")).to_contain_text("개")
    # A page that has not been drawn yet has no height to draw on.
    expect(page.locator("[data-page] img").first).not_to_have_js_property("naturalHeight", 0)
    while page.locator("[data-page] rect").count():  # what was proposed; here people draw
        page.locator("[data-page] rect").first.focus()
        page.keyboard.press("Delete")
    return page


def by_mouse(page):
    """Draw the box, too small, and drag its corner to where it belongs."""
    box = page.locator("[data-page] svg").first.bounding_box()
    left, top, right, bottom = WHERE

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(left, top))
    page.mouse.down()
    page.mouse.move(*at(right - 0.2, bottom - 0.03), steps=4)
    page.mouse.up()
    x, y = at(right - 0.2, bottom - 0.03)
    page.mouse.move(x - 2, y - 2)
    page.mouse.down()
    page.mouse.move(*at(right, bottom), steps=4)
    page.mouse.up()


def by_keyboard(page):
    """Add a box by the button, move it by arrows, size it by Shift and arrows."""
    page.locator("[data-add]").focus()
    page.keyboard.press("Enter")
    left, top, right, bottom = WHERE
    for key, times in (
        ("ArrowLeft", (0.4 - left) / 0.005),
        ("ArrowUp", (0.45 - top) / 0.005),
        ("Shift+ArrowRight", (right - left - 0.2) / 0.005),
        ("Shift+ArrowDown", (bottom - top - 0.04) / 0.005),
    ):
        for _press in range(round(times)):
            page.keyboard.press(key)
    expect(page.locator("[data-page] rect")).to_be_focused()


def make(visitor):
    """Make the copy; return its bytes as they are downloaded from version 2."""
    page = visitor.page
    expect(page.locator("[data-page] rect")).to_have_count(1)
    drawn = page.locator("[data-page] rect").evaluate(
        "rect => ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)))"
    )
    left, top, right, bottom = WHERE
    assert drawn == pytest.approx([left, top, right - left, bottom - top], abs=0.012)
    page.locator("#make-copy").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/*/")
    result = page.get_by_role("link", name="결과 열기")
    expect(result.or_(page.locator("#evidence-files, .gp-files").first)).to_be_visible(
        timeout=60_000
    )
    if result.is_visible():
        result.click()
    page.wait_for_url("**/evidence/*/")
    # In the language that he chose last, perhaps in another window.
    expect(page.get_by_text(re.compile("_(가림|redacted)")).first).to_be_visible()
    link = page.locator("a[href*='/evidence/files/']").first.get_attribute("href")
    number = link.partition("/files/")[2].partition("/")[0]
    answer = page.request.get(f"{visitor.portal.home}evidence/files/{number}/")
    assert answer.ok
    return answer.body()


@pytest.mark.parametrize("draw", [by_mouse, by_keyboard])
def test_a_number_is_taken_out_of_a_picture(minsu, tmp_path, draw):
    path = samples.screen_png(tmp_path, f"고객화면_{draw.__name__}.png")
    page = hand_in(minsu, path)
    draw(page)
    picture = Image.open(io.BytesIO(make(minsu)))
    left, top, right, bottom = WHERE
    inner = (left + 0.02, top + 0.02, right - 0.02, bottom - 0.02)
    corners = [
        round(side * (picture.width, picture.height)[at % 2]) for at, side in enumerate(inner)
    ]
    beneath = picture.convert("RGB").crop(corners)
    assert beneath.getcolors() == [(beneath.width * beneath.height, (0, 0, 0))]
    with Image.open(path) as before:
        assert len(before.convert("RGB").crop(corners).getcolors()) > 1, "something stood there"


@pytest.mark.parametrize("draw", [by_mouse, by_keyboard])
def test_a_number_is_taken_out_of_a_pdf_and_the_copy_is_what_counts(minsu, person, tmp_path, draw):
    path = tmp_path / f"고객명부_{draw.__name__}.pdf"
    path.write_bytes(pdf_with(f"{draw.__name__} id {NUMBER} end"))
    page = hand_in(minsu, path)
    draw(page)
    made = make(minsu)
    with pypdfium2.PdfDocument(made) as pdf:
        assert len(pdf) == 1
        assert pdf[0].get_textpage().get_text_range() == ""
    assert NUMBER.encode() not in made
    with pypdfium2.PdfDocument(path) as pdf:
        assert NUMBER in pdf[0].get_textpage().get_text_range()

    steps.accept(person("haneul"), path.stem)
    minsu.open(REQUIREMENT)
    row = page.locator("#evidence-rows tbody tr").filter(has_text=path.stem).last
    expect(row.locator("[data-value=accepted]")).to_be_visible()
