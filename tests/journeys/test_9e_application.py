"""Step 13: one application from its scope to its renewal, with what the platform said in between."""

from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys import samples
from tests.journeys.windows import opened

POS_REASON = "자매회사인 바른포스 주식회사가 운영하며 우리 시스템과 계정을 나누지 않습니다."
WORDS = "외부망 방화벽 정책의 적용 일자가 보이도록 다시 제출하십시오."
FROM_FILE = "보관 기간을 정한 지침을 함께 제출하십시오."
ANSWER = "정책 화면에 적용 일자를 표시하여 증적을 다시 올렸습니다."
GAPS = "나머지 항목은 1월 점검까지 이행합니다."


@pytest.fixture(scope="session")
def submitted(browser, portal, sessions):
    """The address of an application in the platform's review, its scope declared and attested."""
    with opened(browser, portal, sessions) as windows:
        seoyeon = windows.of("seoyeon")
        begin(seoyeon)
        declare_scope(seoyeon)
        address = seoyeon.page.url
        send(windows, address)
        page = seoyeon.page
        page.goto(address)
        page.locator("#receive-button").click()
        page.locator("#receive-dialog textarea").fill("YG-2026-114")
        press(page, "#receive-dialog .btn-primary", "#start-review")
        press(page, "#start-review", "#decide-button")
        return address


def press(page, button, then):
    """Click, and wait for what the next state of the page offers."""
    page.locator(button).click()
    expect(page.locator(then)).to_be_visible()


def begin(seoyeon):
    page = seoyeon.go("연동 신청")
    seoyeon.follow(page.get_by_role("link", name="새 연동 신청"))
    chosen = page.locator("select[name=profile]")
    label = chosen.locator("option").filter(has_text="요기요").inner_text()
    chosen.select_option(label=label)
    page.locator("[name=title]").fill("요기요 주문연동 신청")
    page.get_by_role("button", name="신청 시작").click()
    page.wait_for_url("**/edit/")
    page.locator("[name=service_overview]").fill("음식점의 주문을 배달대행사에 전달합니다.")
    page.locator("[name=personal_data]").fill("주소와 전화번호는 24시간 뒤 가립니다.")
    page.get_by_role("main").get_by_role("button", name="저장").click()
    page.wait_for_url("**/applications/GP-*-*/")


def declare_scope(seoyeon):
    """The ordering service is in; the POS program of a sister company is out, with its reason."""
    page, address = seoyeon.page, seoyeon.page.url
    seoyeon.follow(page.get_by_role("link", name="심사 범위", exact=True))
    scope_row(page, 0, "service", "주문연동 서비스", "yes")
    scope_row(page, 1, "system", "POS 프로그램", "no", "바른포스 주식회사")
    save = page.get_by_role("main").get_by_role("button", name="저장")
    # Out without a reason is not taken.
    save.click()
    expect(page.locator("[name=scope-1-reason]:invalid")).to_be_focused()
    page.locator("[name=scope-1-reason]").fill(POS_REASON)
    save.click()
    page.wait_for_url(address)
    out = page.get_by_role("row").filter(has_text="POS 프로그램")
    expect(out).to_contain_text("제외")
    expect(out).to_contain_text("바른포스 주식회사")
    expect(out).to_contain_text(POS_REASON)


def scope_row(page, number, kind, name, included, entity=""):
    page.locator(f"[name=scope-{number}-kind]").select_option(kind)
    page.locator(f"[name=scope-{number}-name]").fill(name)
    page.locator(f"[name=scope-{number}-included]").select_option(included)
    page.locator(f"[name=scope-{number}-legal_entity]").fill(entity)


def send(windows, address):
    """Everybody signs, the officer attests, the round is frozen and noted as submitted."""
    agree(windows, address)
    submit(windows.of("seoyeon").page, address)


def agree(windows, address):
    """Everybody signs, the officer attests, the round is frozen; its packet is being built."""
    seoyeon, haneul, daun = (windows.of(key) for key in ("seoyeon", "haneul", "daun"))
    for visitor, button in (
        (seoyeon, "request-review"),
        (haneul, "sign-review"),
        (daun, "sign-approval"),
    ):
        visitor.page.goto(address)
        visitor.page.locator(f"#{button}").click()
        expect(visitor.page.locator(f"#{button}")).to_have_count(0)
    daun.page.locator("#sign-pledge").click()
    expect(daun.page.locator("#pledge-text")).not_to_have_value("")
    daun.page.locator("#pledge-dialog .btn-primary").click()
    expect(daun.page.locator(".ap-pledge")).to_be_visible()
    page = seoyeon.page
    page.goto(address)
    page.locator("#gaps-reason").fill(GAPS)
    page.locator("#freeze-round").click()
    page.wait_for_url("**/packets/*/")


def submit(page, address):
    page.goto(address)
    page.locator("#submit-button").click()
    page.locator("#submit-dialog .btn-primary").click()
    expect(page.locator("#receive-button, #start-review")).to_be_visible()


@pytest.fixture(scope="session")
def verdicts(browser, portal, sessions, submitted, tmp_path_factory):
    """What the platform said: two typed in, four from its file; {code: what was asked or ""}."""
    with opened(browser, portal, sessions) as windows:
        seoyeon = windows.of("seoyeon")
        page = seoyeon.page
        page.goto(submitted)
        seoyeon.follow(page.get_by_role("link", name="심사 판정 입력"))
        codes = page.locator(".ap-verdicts tbody td.mono").all_inner_texts()
        type_in(page, codes[0], "supplement", WORDS)
        type_in(page, codes[1], "met", "")
        page.get_by_role("button", name="변경한 행 저장").click()
        expect(page.locator(".gp-word").first).to_be_visible()
        path = results(tmp_path_factory.mktemp("verdicts") / "심사결과.xlsx", codes)
        bring(page, seoyeon, path)
        return {codes[0]: WORDS, codes[1]: "", codes[2]: FROM_FILE, codes[3]: ""}


def type_in(page, code, verdict, words):
    row = page.locator(".ap-verdicts tbody tr").filter(has=page.locator("td.mono", has_text=code))
    row.locator("select").select_option(verdict)
    row.locator("textarea").fill(words)


def results(path, codes):
    """The platform's own file: a title, a header, one row whose word nobody knows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["연동 심사 결과"])
    sheet.append([])
    sheet.append(["연번", "항목번호", "심사결과", "보완요청 내용", "회신 기한"])
    due = (timezone.localdate() + timedelta(days=20)).isoformat()
    sheet.append([1, codes[2], "보완요청", FROM_FILE, due])
    sheet.append([2, codes[3], "적합", "", ""])
    sheet.append([3, codes[4], "애매", "", ""])
    book.save(path)
    return path


def bring(page, seoyeon, path):
    page.locator("#import-button").click()
    seoyeon.drop("#import-dialog [data-drop]", path)
    expect(page.locator("#import-dialog [data-files]")).to_contain_text(path.name)
    page.locator("#import-dialog").get_by_role("button", name="미리보기").click()
    expect(page.get_by_role("row").filter(has_text="애매")).to_have_class("table-danger")
    expect(page.get_by_role("row").filter(has_text=FROM_FILE)).to_contain_text("저장 예정")
    page.locator("button[name=apply]").click()
    page.wait_for_url("**/verdicts/**")


def test_the_next_round_shows_only_what_was_asked_and_what_changed(verdicts, submitted, person):
    seoyeon = person("seoyeon")
    page = seoyeon.page
    page.goto(submitted)
    page.locator("#changes-button").click()
    page.locator("#changes-text").fill("기한 안에 회신하십시오.")
    page.locator("#changes-dialog .btn-primary").click()
    expect(page.get_by_text("기한 안에 회신하십시오.").first).to_be_visible()
    press(page, "#next-round", "#request-review")
    page.goto(f"{submitted}rounds/2/")
    asked = {code: words for code, words in verdicts.items() if words}
    shown = page.locator(".ap-compared")
    expect(shown).to_have_count(len(asked))
    for code, words in asked.items():
        expect(page.locator(f"#asked-{code}")).to_contain_text(words)
        page.locator(f"#answer-{code}").fill(ANSWER)
        page.locator(f"#asked-{code}").get_by_role("button", name="답변 저장").click()
        expect(page.locator(f"#asked-{code} .gp-badge.tone-good")).to_be_visible()
    page.reload()
    expect(page.locator(f"#answer-{next(iter(asked))}")).to_have_value(ANSWER)


@pytest.mark.parametrize(("language", "which"), [("ko", 0), ("en", 1)])
def test_what_was_asked_is_a_task_that_is_proven_before_the_next_round(
    verdicts, submitted, person, tmp_path, language, which
):
    """보완요청 → task → evidence → verified by somebody else → the round that goes out."""
    code = [code for code, words in verdicts.items() if words][which]
    number = submitted.split("/")[-2]
    seoyeon, junho = person("seoyeon", language=language), person("junho", language=language)
    page = junho.open(f"tasks/?application={number}&requirement={code}")
    expect(page.locator("[data-row]")).to_have_count(1)
    junho.follow(page.locator("[data-row] a").first)
    task = page.url
    expect(page.get_by_role("main")).to_contain_text(verdicts[code])
    page.locator("#start").click()
    page.locator("#fix").click()
    page.locator("#fix-action").fill("요청하신 대로 보완했습니다.")
    proof = samples.screen_png(tmp_path, f"보완_{code}.png")
    junho.drop("#fix-dialog [data-drop]", proof)
    page.locator("#fix-dialog button.btn-primary").click()
    expect(page.locator(".gp-head [data-value=fixed]")).to_be_visible()
    hers = seoyeon.page
    hers.goto(task)
    hers.locator("#verify-and-close").click()
    expect(hers.locator(".gp-head [data-value=closed]")).to_be_visible()
    # The proof is evidence of the requirement, so it goes out with the next round.
    profile = hers.locator("dl.gp-facts a[href*='/requirements/']").first
    seoyeon.follow(profile)
    number_of_task = int(task.rstrip("/").rsplit("/", 1)[-1])
    expect(hers.locator("#evidence-panel")).to_contain_text(f"T-{number_of_task:04d}")


def test_it_is_approved_for_a_year_and_renewed(verdicts, submitted, windows):
    seoyeon = windows.of("seoyeon")
    page = seoyeon.page
    send(windows, submitted)
    page.goto(submitted)
    press(page, "#start-review", "#decide-button")
    page.locator("#decide-button").click()
    page.locator("#decision-approved").check()
    until = (timezone.localdate() + timedelta(days=365)).isoformat()
    page.locator("#valid-until").fill(until)
    press(page, "#decide-dialog .btn-primary", "#renew-button")
    expect(page.get_by_role("main")).to_contain_text(until)
    press(page, "#renew-button", "#request-review")
    assert page.url != submitted
    expect(page.get_by_role("row").filter(has_text="POS 프로그램")).to_contain_text(POS_REASON)
    row = seoyeon.go("연동 신청").locator("[data-row]").filter(has_text="갱신")
    expect(row).to_contain_text(submitted.split("/")[-2])
