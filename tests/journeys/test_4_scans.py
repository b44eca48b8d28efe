"""Step 4: three scan results become check results, findings and tasks, with the path shown."""

from playwright.sync_api import expect

from tests.journeys import samples, steps


def test_a_port_scan_leads_to_a_requirement_and_a_task(person, tmp_path):
    seoyeon, host = person("seoyeon"), samples.address()
    ports = [(22, "ssh", "open"), (23, "telnet", "open"), (443, "https", "open")]
    page = steps.import_scan(seoyeon, samples.nmap(tmp_path, host, ports))
    expect(page.get_by_text("7.93")).to_be_visible()
    expect(page.locator("#rows")).to_contain_text("23/tcp")
    seoyeon.shot("scan.ko")

    page = seoyeon.go("결함")
    page.locator("[data-search]").fill(host)
    page.wait_for_url(f"**q={host}**")
    row = page.locator("#rows tbody tr").filter(has_text="23/tcp")
    expect(row).to_contain_text("OI-NET-05")
    seoyeon.follow(row.get_by_role("link").first)
    speaks = page.locator("section", has=page.get_by_role("heading", name="관련 요구사항"))
    path = speaks.locator("li").filter(has_text="OI-NET-05")
    expect(path.locator("code")).to_have_text(["nmap.port:23/tcp", "OI-NET-05"])
    expect(path).to_contain_text("평문 원격 접속")

    row = steps.find_task(seoyeon, host)
    expect(row).to_contain_text("박준호")
    expect(row.locator("time")).to_be_visible()


def test_an_image_scan_opens_a_task_for_the_critical_one_alone(person, tmp_path):
    seoyeon = person("seoyeon")
    page = steps.import_scan(seoyeon, samples.trivy(tmp_path))
    expect(page.locator("#rows tr").filter(has_text="CVE-2026-70001")).to_contain_text("매우 높음")
    row = steps.find_task(seoyeon, "CVE-2026-70001")
    expect(row).to_contain_text("OI-SRV-08")
    page.locator("[data-search]").fill("CVE-2026-70002")
    expect(page.locator("[data-row]")).to_have_count(0)


def test_a_check_list_in_cp949_keeps_its_four_words(person, tmp_path):
    page = steps.import_scan(person("seoyeon"), samples.kisa(tmp_path))
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(len(samples.KISA_ROWS))
    for code, title, _weight, word, excerpt in samples.KISA_ROWS:
        row = rows.filter(has_text=code)
        expect(row).to_contain_text(title)
        expect(row.locator(".gp-badge").first).to_contain_text(word)
        expect(row).to_contain_text(excerpt)


def test_the_same_file_is_imported_once(person, tmp_path):
    seoyeon = person("seoyeon")
    path = samples.nmap(tmp_path, samples.address(), [(443, "https", "open")])
    first = steps.import_scan(seoyeon, path).url
    page = steps.import_scan(seoyeon, path)
    assert page.url == first
    expect(page.get_by_text("이미 반영한 파일입니다")).to_be_visible()
