"""Evidence out of the clipboard: a captured screen, a file, and text that stays text."""

import base64
import hashlib

import pytest
from playwright.sync_api import expect

from tests.journeys import samples

REQUIREMENT = "requirements/order-integration-reference/OI-LOG-02/"
WRITE = """
async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const picture = new Blob([bytes], { type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
}
"""
# No script may put a file on the clipboard: the event a browser makes of one is made here.
PASTE = """
([selector, encoded, name, text]) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], name));
  if (text) clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}
"""


@pytest.fixture
def minsu(person):
    visitor = person("minsu")
    visitor.open(REQUIREMENT)
    return visitor


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def kept(portal, path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    vault = portal.installation.folder / "var" / "vault"
    return list(vault.glob(f"*/{digest[:2]}/{digest[2:4]}/{digest}"))


def test_two_captured_screens_are_pasted_and_stored(minsu, portal, tmp_path):
    page = minsu.page
    minsu.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for number in (1, 2):
        page.evaluate(WRITE, encoded(samples.screen_png(tmp_path, f"화면{number}.png")))
        page.locator("#evidence-panel").get_by_role("heading").first.click()
        page.keyboard.press("Control+V")
        expect(page.locator("#evidence-panel [data-files] li")).to_have_count(number)
    names = page.locator("#evidence-panel [data-files] li > span:first-child").all_inner_texts()
    assert len(set(names)) == 2
    assert all(name.startswith("붙여넣은 화면 20") for name in names)
    page.get_by_label("증적 유형").select_option(index=1)
    page.get_by_role("button", name="올리기").click()
    expect(page.locator("#evidence-panel .said.good")).to_have_count(2, timeout=30_000)
    expect(page.locator("#evidence-rows")).to_contain_text(names[0].removesuffix(".png"))


def test_a_file_is_pasted_with_its_name_and_bytes(minsu, portal, tmp_path):
    page, path = minsu.page, samples.policy_pdf(tmp_path)
    assert page.evaluate(PASTE, ["body", encoded(path), path.name, ""])
    expect(page.locator("#evidence-panel [data-files] li")).to_contain_text(path.name)
    page.get_by_label("증적 유형").select_option(index=1)
    page.get_by_role("button", name="올리기").click()
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1, timeout=30_000)
    assert kept(portal, path)


def test_text_pasted_into_a_field_stays_text_though_a_picture_comes_along(minsu, tmp_path):
    page, path = minsu.page, samples.screen_png(tmp_path)
    field = "textarea"
    assert not page.evaluate(PASTE, [field, encoded(path), "image.png", "이행 내용"])
    expect(page.locator("#evidence-panel [data-files] li")).to_have_count(0)
