"""What goes wrong every day gets a sentence on the page, and nothing is half-written."""

from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from tests.journeys import samples, steps

REQUIREMENT = "requirements/order-integration-reference/OI-SRV-05/"
HTML = b"<!doctype html><html><body><script>alert(1)</script></body></html>"
BAD_EVIDENCE = {
    "보고서.pdf": HTML,
    "빈_파일.txt": b"",
    "빈_문서.pdf": b"",
    "끊긴_문서.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Cat",
    "실행.exe": b"MZ\x90\x00\x03",
}
BAD_SCANS = {
    "cut.xml": b'<?xml version="1.0"?><nmaprun scanner="nmap" start="1"><host>',
    "empty.json": b"",
    "half.json": b'{"SchemaVersion": 2, "Results": [',
}


@pytest.mark.parametrize("name", BAD_EVIDENCE)
def test_a_bad_file_is_no_evidence(person, tmp_path, name):
    junho = person("junho")
    page = junho.open(REQUIREMENT)
    rows = page.locator("#evidence-rows tbody tr")
    before = rows.count()
    path = tmp_path / name
    path.write_bytes(BAD_EVIDENCE[name])
    junho.watch.expect(HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    steps.upload(junho, path)
    said = page.locator("#evidence-panel .said.bad")
    expect(said).to_contain_text("니다")
    page.reload()
    expect(rows).to_have_count(before)


def test_good_files_beside_a_bad_one_are_kept(person, tmp_path):
    junho = person("junho")
    page = junho.open(REQUIREMENT)
    junho.watch.expect(HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
    bad = tmp_path / "보고서.pdf"
    bad.write_bytes(HTML)
    steps.upload(junho, bad, samples.screen_png(tmp_path, "좋은_화면.png"))
    expect(page.locator("#evidence-panel .said.bad")).to_have_count(1)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1)


def test_two_clicks_are_one_upload(person, tmp_path):
    junho = person("junho")
    page = junho.open(REQUIREMENT)
    name = "두_번_누른_" + "화면" * 30
    path = samples.screen_png(tmp_path, f"{name}.png")
    steps.upload(junho, path, clicks=2)
    expect(page.locator("#evidence-panel .said.good")).to_have_count(1)
    page.reload()
    expect(page.locator("#evidence-rows tbody tr").filter(has_text=name)).to_have_count(1)


@pytest.mark.parametrize("name", BAD_SCANS)
def test_a_bad_file_is_no_scan(person, tmp_path, name):
    seoyeon = person("seoyeon")
    seoyeon.watch.expect(HTTPStatus.UNPROCESSABLE_ENTITY)
    page = seoyeon.go("점검결과")
    before = page.locator("table tbody tr").count()
    path = tmp_path / name
    path.write_bytes(BAD_SCANS[name])
    seoyeon.drop("#import [data-drop]", path)
    page.get_by_role("button", name="등록", exact=True).click()
    expect(page.locator("#import .gp-alert")).to_contain_text("니다")
    seoyeon.open("scans/")
    expect(page.locator("table tbody tr")).to_have_count(before)


def test_a_table_that_is_no_result_is_asked_about_and_left_out(person, tmp_path):
    seoyeon = person("seoyeon")
    page = seoyeon.go("점검결과")
    path = tmp_path / "holiday.csv"
    path.write_bytes("이름,전화\r\n홍길동,010\r\n".encode("cp949"))
    seoyeon.drop("#import [data-drop]", path)
    page.get_by_role("button", name="등록", exact=True).click()
    page.wait_for_url("**/scans/*/")
    expect(page.get_by_role("heading", name="holiday.csv")).to_contain_text("답변 대기")
    page.get_by_role("button", name="가져오지 않기").click()
    page.wait_for_url("**/scans/")
    expect(page.get_by_role("main")).to_be_visible()


def test_what_is_no_packet_is_said_at_the_desk(person, tmp_path):
    eunwoo = person("eunwoo")
    eunwoo.watch.expect(HTTPStatus.UNPROCESSABLE_ENTITY)
    page = eunwoo.go("검증")
    eunwoo.drop("[data-drop]", samples.policy_pdf(tmp_path))
    page.get_by_role("main").get_by_role("button", name="검증").click()
    expect(page.locator(".gp-alert.tone-bad")).to_contain_text("제출본이 아닙니다")
