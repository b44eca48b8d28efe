"""Uploads that survive: a folder dragged in, a killed server, a reloaded page, a change of mind."""

import hashlib
import os

import pytest
from playwright.sync_api import expect

from tests.journeys import samples, steps
from tests.services.installation import until

REQUIREMENT = "requirements/order-integration-reference/OI-LOG-02/"
MEGABYTE = 1024 * 1024


@pytest.fixture
def log(tmp_path):
    """An access log large enough to be on its way for a while; every one has bytes of its own."""
    path = tmp_path / "방화벽_접속로그.log"
    line = b"2026-11-20 10:00:00 fw-01 permit tcp 10.0.0.1 443 session=%d\n"
    salt = int.from_bytes(os.urandom(6), "big")
    with path.open("wb") as file:
        for number in range(8):
            file.write(b"".join(line % (salt + number * 100_000 + n) for n in range(80_000)))
    return path


@pytest.fixture
def minsu(person):
    return person("minsu")


def slow(visitor, bytes_a_second):
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    limits = {"offline": False, "latency": 5, "downloadThroughput": -1}
    line.send("Network.emulateNetworkConditions", limits | {"uploadThroughput": bytes_a_second})
    return line


def begin(visitor, *paths):
    """Drag the files in and press the button; return the line of the first one."""
    steps.upload(visitor, *paths)
    return visitor.page.locator("#evidence-panel [data-files] li").first


def sent(row):
    bar = row.locator("progress")
    return bar.evaluate("bar => bar.value") if bar.count() else 0


def stored(portal, path):
    """Whether exactly these bytes became evidence, and nothing of them lies about."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    vault = portal.installation.folder / "var" / "vault"
    assert not list((vault / "tmp").glob("*.part"))
    [blob] = vault.glob(f"*/{digest[:2]}/{digest[2:4]}/{digest}")
    return blob.stat().st_size == path.stat().st_size


def test_a_folder_and_files_are_dragged_in_together(minsu, tmp_path):
    page = minsu.open(REQUIREMENT)
    folder = tmp_path / "증적 모음"
    (folder / "안쪽").mkdir(parents=True)
    (folder / ".DS_Store").write_bytes(b"hidden")
    samples.screen_png(folder, "겉.png")
    samples.screen_png(folder / "안쪽", "속.png")
    beside = samples.policy_pdf(tmp_path)
    minsu.drop("#evidence-panel [data-drop]", folder, beside)
    lines = page.locator("#evidence-panel [data-files] li")
    expect(lines).to_have_count(3)
    page.get_by_label("증적 유형").select_option(index=1)
    page.get_by_role("button", name="올리기").click()
    expect(page.locator("#evidence-panel .said.good")).to_have_count(3)


def test_it_goes_on_after_the_server_was_killed_in_mid_upload(minsu, portal, log):
    page = minsu.open(REQUIREMENT)
    slow(minsu, 8 * MEGABYTE)
    row = begin(minsu, log)
    until(lambda: sent(row) > 9 * MEGABYTE, 30, "some of it is on its way")
    portal.installation.kill_web()
    expect(row.locator(".said.bad")).to_contain_text("저절로 이어집니다", timeout=15_000)
    slow(minsu, -1)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1, timeout=60_000)
    assert stored(portal, log)


def test_it_goes_on_after_the_page_was_reloaded(minsu, portal, log):
    page = minsu.open(REQUIREMENT)
    page.on("dialog", lambda asked: asked.accept())
    slow(minsu, 8 * MEGABYTE)
    row = begin(minsu, log)
    until(lambda: sent(row) > 17 * MEGABYTE, 30, "some of it is on its way")
    page.reload()
    expect(page.locator("[data-begun-list] li")).to_contain_text(log.name)
    pieces = []
    page.on("request", lambda request: request.method == "PATCH" and pieces.append(request))
    slow(minsu, -1)
    begin(minsu, log)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1, timeout=60_000)
    first = int(pieces[0].headers["upload-offset"])
    assert first >= 16 * MEGABYTE
    assert stored(portal, log)
    page.reload()
    expect(page.locator("[data-begun-list] li")).to_have_count(0)


def test_one_file_is_cancelled_and_the_others_are_kept(minsu, portal, log, tmp_path):
    page = minsu.open(REQUIREMENT)
    slow(minsu, 4 * MEGABYTE)
    row = begin(minsu, log, samples.screen_png(tmp_path, "남는_화면.png"))
    until(lambda: sent(row) > MEGABYTE, 30, "some of it is on its way")
    row.get_by_role("button", name="취소").click()
    expect(row.locator(".said.bad")).to_contain_text("취소했습니다")
    slow(minsu, -1)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1)
    vault = portal.installation.folder / "var" / "vault"
    assert not list((vault / "tmp").glob("*.part"))


def test_a_new_version_goes_in_pieces_too(minsu, portal, log, tmp_path):
    page = minsu.open(REQUIREMENT)
    begin(minsu, samples.screen_png(tmp_path, "바뀔_화면.png"))
    minsu.follow(page.locator("#evidence-panel .said.good a"))
    page.get_by_role("button", name="새 버전").click()
    minsu.drop("#version [data-drop]", log)
    page.locator("#version").get_by_role("button", name="올리기").click()
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("2", timeout=30_000)
    assert stored(portal, log)
