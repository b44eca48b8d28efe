"""Step 5: a task is fixed with its proof, a scan shows it, the lead closes it."""

from playwright.sync_api import expect

from tests.journeys import samples, steps

OPEN = [(23, "telnet", "open"), (443, "https", "open")]
CLOSED = [(23, "telnet", "closed"), (443, "https", "open")]


def test_a_task_is_fixed_proven_and_closed(person, tmp_path):
    seoyeon, junho, host = person("seoyeon"), person("junho"), samples.address()
    steps.import_scan(seoyeon, samples.nmap(tmp_path, host, OPEN))

    junho.follow(steps.find_task(junho, host).get_by_role("link").first)
    page, state = junho.page, junho.page.locator(".gp-head [data-value]").first
    page.locator("#start").click()
    expect(state).to_have_attribute("data-value", "in_progress")
    page.locator("#fix").click()
    page.locator("#fix-action").fill("텔넷 서비스를 제거했습니다.")
    page.locator("#fix-after").fill("23번 포트가 응답하지 않습니다.")
    junho.drop("#fix-dialog [data-drop]", samples.screen_png(tmp_path, "텔넷_제거_확인.png"))
    page.locator("#fix-dialog button.btn-primary").click()
    expect(state).to_have_text("조치완료")
    closing = page.locator("[aria-describedby=why-verify-and-close]")
    expect(closing).to_have_attribute("aria-disabled", "true")
    task = page.url

    steps.import_scan(seoyeon, samples.nmap(tmp_path, host, CLOSED))
    page, state = seoyeon.page, seoyeon.page.locator(".gp-head [data-value]").first
    page.goto(task)
    expect(page.locator(".gp-alert.tone-good")).to_be_visible()
    seoyeon.shot("task.ko")
    page.locator("#verify-and-close").click()
    expect(state).to_have_attribute("data-value", "closed")
