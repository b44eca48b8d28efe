"""The packet's story: built in sections, signed by three, submitted, answered, a second round beside the
first, and a flipped byte that is found."""

import subprocess
import time

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.journeys.test_6_packet import verify
from tests.journeys.test_9e_application import agree, begin, press, submit, type_in
from tests.journeys.test_9h_signing import certificates, sign
from tests.journeys.windows import opened

# Two packets, six signatures and two rounds in one fixture, and the portal itself where it runs alone.
pytestmark = pytest.mark.timeout(900)
ASKED = "외부망 경계의 차단 정책을 다시 제출하십시오."
NEW = "경계 방화벽의 정책을 갱신하고 적용 일자를 기록했습니다."


@pytest.fixture(scope="session")
def story(browser, portal, sessions, tmp_path_factory):
    """Both rounds' packets built by clicking, the first signed by three before it went out: the address,
    the code that was asked about, both PDFs."""
    folder = certificates(tmp_path_factory.mktemp("story"))
    with opened(browser, portal, sessions) as windows:
        seoyeon = windows.of("seoyeon")
        begin(seoyeon)
        page, address = seoyeon.page, seoyeon.page.url
        agree(windows, address)
        seen = built(seoyeon, f"{address}packets/1/")
        place = address.split("/o/bareun/")[1] + "packets/1/"
        for key in ("seoyeon", "haneul", "daun"):
            sign(windows.of(key), folder, place)
        page.reload()
        signed = download(seoyeon, folder)
        submit(page, address)
        answer(seoyeon, address)
        code = verdict(seoyeon, address)
        profile = page.locator(f"a[href*='/requirements/'][href*='/{code}/']").first.get_attribute(
            "href"
        )
        steps.answer(seoyeon, profile.split("/requirements/")[1].split("/")[0], code, statement=NEW)
        agree(windows, address)
        built(seoyeon, f"{address}packets/2/")
        pdf = download(seoyeon, folder)
        submit(page, address)
    return {"address": address, "code": code, "signed": signed, "pdf": pdf, "seen": seen}


def built(seoyeon, address):
    """Watch until the packet is there, without a reload; return what the page said meanwhile."""
    page, seen = seoyeon.page, []
    page.goto(address)
    limit = time.monotonic() + 120
    while not page.get_by_role("link", name="PDF").count():
        assert time.monotonic() < limit, seen
        # At once, since the page puts another one in its place when it is done.
        said = page.evaluate(
            "document.querySelector('section[data-state] .card-body')?.innerText ?? ''"
        )
        if said:
            seen.append(said)
        page.wait_for_timeout(200)
    return seen


def answer(seoyeon, address):
    """The platform takes it in and begins to review."""
    page = seoyeon.page
    page.goto(address)
    page.locator("#receive-button").click()
    page.locator("#receive-dialog textarea").fill("YG-2026-115")
    press(page, "#receive-dialog .btn-primary", "#start-review")
    press(page, "#start-review", "#decide-button")


def verdict(seoyeon, address):
    """It asks for more about one requirement; the next round is opened. Return its code."""
    page = seoyeon.page
    seoyeon.follow(page.get_by_role("link", name="심사 판정 입력"))
    code = page.locator(".ap-verdicts tbody td.mono").first.inner_text()
    type_in(page, code, "supplement", ASKED)
    page.get_by_role("button", name="변경한 행 저장").click()
    expect(page.locator(".gp-word").first).to_be_visible()
    page.goto(address)
    page.locator("#changes-button").click()
    page.locator("#changes-dialog .btn-primary").click()
    press(page, "#next-round", "#request-review")
    page.goto(f"{address}rounds/2/")
    return code


def download(seoyeon, folder):
    with seoyeon.page.expect_download() as waiting:
        seoyeon.page.get_by_role("link", name="PDF").first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_history_tells_how_it_was_built(story, person):
    page = person("eunwoo").page
    page.goto(f"{story['address']}packets/1/")
    row = page.locator("#builds tbody tr").first
    expect(row.locator("[data-value=built]")).to_be_visible()
    expect(row).to_contain_text("초")


def test_the_second_round_stands_beside_the_first(story, person):
    eunwoo = person("eunwoo")
    page = eunwoo.page
    page.goto(f"{story['address']}packets/2/")
    eunwoo.follow(page.get_by_role("link", name="페이지 보기").first)
    page.locator("#beside").select_option("1-ko")
    page.get_by_role("button", name="보기", exact=True).click()
    page.locator("#only").check()
    page.get_by_role("button", name="보기", exact=True).click()
    part = page.locator(f"#part-req-{story['code']}")
    expect(part).to_contain_text("변경")
    part.scroll_into_view_if_needed()
    image = page.locator(f"#part-req-{story['code']} + .pk-pair img").first
    expect(image).to_be_visible()
    limit = time.monotonic() + 30
    while not image.evaluate("image => image.complete && image.naturalWidth > 500"):
        assert time.monotonic() < limit
        page.wait_for_timeout(200)


def test_the_keyboard_walks_through_the_pages(story, person):
    page = person("haneul").page
    page.goto(f"{story['address']}packets/2/ko/pages/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".pk-pair[aria-selected=true] figcaption")).to_contain_text("2 /")


def test_three_people_signed_what_went_out(story, person):
    told = subprocess.check_output(["pdfsig", "-nocert", story["signed"]], text=True)
    assert told.count("Signature Validation: Signature is Valid.") == 4
    page = person("haneul").page
    page.goto(f"{story['address']}packets/1/")
    signatures = page.locator("#signatures-ko")
    for name in ("윤서연", "이하늘", "정다운"):
        expect(signatures).to_contain_text(name)
    expect(signatures.get_by_role("button", name="철회")).to_have_count(0)


@pytest.mark.parametrize("which", ["signed", "pdf"])
def test_a_flipped_byte_is_found(story, portal, person, tmp_path, which):
    content = bytearray(story[which].read_bytes())
    content[len(content) // 2] ^= 1
    path = tmp_path / story[which].name
    path.write_bytes(content)
    assert portal.manage("verify_packet", str(story[which])).returncode == 0
    assert portal.manage("verify_packet", str(path)).returncode == 1
    eunwoo = person("eunwoo")
    expect(verify(eunwoo, story[which])).to_have_attribute("data-intact", "yes")
    expect(verify(eunwoo, path)).to_have_attribute("data-intact", "no")
