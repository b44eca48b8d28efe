"""Step 3: an engineer drags files onto a requirement; the auditor accepts one and returns one."""

from http import HTTPStatus

from playwright.sync_api import expect

from tests.journeys import samples, steps

REQUIREMENT = "requirements/order-integration-reference/OI-NET-03/"
REASON = "캡처에 촬영 일시와 로그인 사용자가 보이지 않습니다."
POST_AS_HER = """async (address) => {
  const [, token] = document.cookie.match(/csrftoken=([^;]+)/);
  const answer = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}});
  return [answer.status, await answer.text()];
}"""


def hand_in(visitor, *paths):
    """Drag the files onto the requirement, choose their kind, upload; return the new rows."""
    page = visitor.open(REQUIREMENT)
    steps.upload(visitor, *paths)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(len(paths), timeout=20_000)
    rows = page.locator("#evidence-rows tbody tr")
    return [rows.filter(has_text=path.stem).last for path in paths]


def open_in_desk(visitor, title):
    """Find it in what waits for a review and open it there."""
    page = visitor.go("심사")
    visitor.follow(page.locator(".gp-queue a").filter(has_text=title).last)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page


def test_evidence_is_dragged_in_reviewed_and_never_by_its_uploader(person, tmp_path):
    minsu = person("minsu")
    pdf, png = samples.policy_pdf(tmp_path), samples.screen_png(tmp_path)
    for row in hand_in(minsu, pdf, png):
        expect(row.locator("[data-value=in_review]")).to_be_visible()

    haneul = person("haneul")
    page = open_in_desk(haneul, pdf.stem)
    expect(page.locator(".gp-desk-left")).to_contain_text("OI-NET-03")
    sheet = page.locator(".gp-desk-right img.gp-sheet").first
    expect(sheet).to_have_js_property("complete", True)
    assert sheet.evaluate("image => image.naturalWidth") > 500
    haneul.shot("review.ko")
    page.keyboard.press("a")
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("승인")

    page = open_in_desk(haneul, png.stem)
    page.keyboard.press("r")
    page.get_by_label("직접 입력").fill(REASON)
    page.locator("#return-send").click()
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("반려")

    page = minsu.open(REQUIREMENT)
    rows = page.locator("#evidence-rows tbody tr")
    expect(rows.filter(has_text=pdf.stem).last.locator("[data-value=accepted]")).to_be_visible()
    returned = rows.filter(has_text=png.stem).last
    expect(returned.locator("[data-value=returned]")).to_be_visible()
    expect(returned).to_contain_text(REASON)


def test_who_uploaded_cannot_accept(person, tmp_path):
    minsu = person("minsu")
    (row,) = hand_in(minsu, samples.screen_png(tmp_path, "본인_심사_금지.png"))
    page = minsu.page
    minsu.follow(row.get_by_role("link", name="검토"))
    button = page.locator("[aria-describedby=why-accept]")
    expect(button).to_have_attribute("aria-disabled", "true")
    sentence = button.get_attribute("title")
    assert sentence
    number = page.url.rstrip("/").rpartition("/")[2]
    minsu.watch.expect(HTTPStatus.FORBIDDEN)
    status, text = page.evaluate(POST_AS_HER, f"/o/bareun/evidence/links/{number}/accept/")
    assert status == HTTPStatus.FORBIDDEN
    assert sentence in text
    page.reload()
    expect(page.locator(".gp-head [data-value=in_review]")).to_be_visible()
