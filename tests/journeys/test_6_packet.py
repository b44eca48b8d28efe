"""Steps 6 and 7: sign-offs, pre-flight, freeze, a packet that is downloaded and proven."""

import time
import zipfile

import pytest
from playwright.sync_api import expect

from tests.journeys.shots import page_of
from tests.journeys.windows import opened

GAPS = "정산 서버의 계정 잠금 설정은 12월 정기 점검에서 조치합니다."


@pytest.fixture(scope="session")
def packet(browser, portal, sessions, tmp_path_factory):
    """The packet's files by kind, built by clicking, with what the progress bar showed."""
    with opened(browser, portal, sessions) as windows:
        seoyeon = windows.of("seoyeon")
        sign_off(windows, open_application(seoyeon))
        freeze(seoyeon)
        seen = watch_progress(seoyeon)
        folder = tmp_path_factory.mktemp("packet")
        files = {kind: download(seoyeon, kind, folder) for kind in ("PDF", "ZIP")}
    return files | {"seen": seen}


def open_application(visitor):
    page = visitor.go("연동 신청")
    draft = page.locator("[data-row]").filter(has=page.locator("[data-value=draft]")).first
    visitor.follow(draft.get_by_role("link").first)
    return page.url


def sign_off(windows, address):
    """Prepared by the lead, reviewed by the auditor, approved by the officer."""
    for key, button in (
        ("seoyeon", "#request-review"),
        ("haneul", "#sign-review"),
        ("daun", "#sign-approval"),
    ):
        page = windows.of(key).page
        page.goto(address)
        page.locator(button).click()
        expect(page.locator(button)).to_have_count(0)


def freeze(visitor):
    page = visitor.page
    page.reload()
    with page.expect_response("**/preflight/"):
        page.get_by_role("button", name="다시 점검").click()
    preflight = page.locator("#preflight")
    expect(preflight.locator("summary")).to_have_count(5)
    page.wait_for_timeout(300)  # htmx puts the answer in its place
    preflight.get_by_text("NET 네트워크").click()
    expect(preflight.get_by_text("OI-NET-05").first).to_be_visible()
    preflight.get_by_text("LOG 로그관리").click()
    expect(preflight.get_by_text("OI-LOG-08").first).to_be_visible()
    visitor.shot("application.ko")
    page.locator("#gaps-reason").fill(GAPS)
    page.locator("#freeze-round").click()
    page.wait_for_url("**/packets/1/")


def watch_progress(visitor):
    """Return every (value, phase) that the page showed, without a reload, until it was built."""
    page, seen = visitor.page, []
    limit = time.monotonic() + 120
    while (
        not page.get_by_role("link", name="PDF")
        .or_(page.get_by_role("link", name="결과 열기"))
        .count()
    ):
        assert time.monotonic() < limit, seen
        shown = page.evaluate(
            """() => {
              const job = document.querySelector("section[data-state]");
              const bar = job?.querySelector("progress");
              return bar ? [bar.getAttribute("value"), job.querySelector("[role=status]").innerText] : null;
            }"""
        )
        if shown and (not seen or seen[-1] != shown):
            seen.append(shown)
        page.wait_for_timeout(100)
    result = page.get_by_role("link", name="결과 열기")
    if result.count():
        result.click()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    return seen


def download(visitor, kind, folder):
    with visitor.page.expect_download() as waiting:
        visitor.page.get_by_role("link", name=kind).first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_progress_bar_moves(packet):
    assert len({tuple(each) for each in packet["seen"]}) >= 2


def test_both_files_are_as_they_were_frozen(packet, portal):
    for kind in ("PDF", "ZIP"):
        done = portal.manage("verify_packet", str(packet[kind]))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "모두 이상이 없습니다" in done.stdout


def test_a_page_of_the_packet_is_worth_a_look(packet):
    page_of(packet["PDF"], "영역별 총괄표", "packet.ko")


@pytest.fixture
def altered(packet, tmp_path):
    """The ZIP with one bit of one evidence flipped, and that evidence's name in it."""
    content = bytearray(packet["ZIP"].read_bytes())
    with zipfile.ZipFile(packet["ZIP"]) as archive:
        entry = next(
            each for each in archive.infolist() if each.filename.endswith(".png") and each.file_size
        )
        archive.fp.seek(entry.header_offset + 26)
        names = int.from_bytes(archive.fp.read(2), "little")
        extra = int.from_bytes(archive.fp.read(2), "little")
    content[entry.header_offset + 30 + names + extra + entry.compress_size // 2] ^= 1
    path = tmp_path / packet["ZIP"].name
    path.write_bytes(content)
    return path, entry.filename


def test_one_changed_byte_names_its_file(altered, portal):
    path, name = altered
    done = portal.manage("verify_packet", str(path))
    assert done.returncode == 1
    assert name.rpartition("/")[2] in done.stderr


def verify(visitor, path):
    visitor.open()
    page = visitor.go("검증")
    visitor.drop("[data-drop]", path)
    page.get_by_role("main").get_by_role("button", name="검증").click()
    return page.locator("#report")


def test_the_desk_says_of_both_files_that_they_are_intact(packet, person):
    eunwoo = person("eunwoo")
    for kind in ("PDF", "ZIP"):
        expect(verify(eunwoo, packet[kind])).to_have_attribute("data-intact", "yes")


def test_the_desk_names_the_changed_file(altered, person):
    path, name = altered
    report = verify(person("eunwoo"), path)
    expect(report).to_have_attribute("data-intact", "no")
    expect(report.locator("tr").filter(has_text=name).first).to_contain_text("변조됨")
