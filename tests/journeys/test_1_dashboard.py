"""Step 1: the security lead signs in and sees where her organisation stands."""

from playwright.sync_api import expect


def test_the_lead_signs_in_and_sees_where_the_company_stands(windows):
    seoyeon = windows.new("seoyeon")
    seoyeon.sign_in()
    page = seoyeon.page
    expect(page.get_by_role("heading", level=1)).to_have_text("대시보드")
    readiness = page.locator("section", has=page.get_by_role("heading", name="영역별 준비율"))
    for area in ("NET", "SRV", "LOG", "DAT"):
        row = readiness.get_by_role("row").filter(has_text=area)
        expect(row).to_contain_text("%")
    blocks = page.locator("section", has=page.get_by_role("heading", name="제출 전 해결할 항목"))
    expect(blocks.locator(".gp-list li").filter(has_text="OI-")).not_to_have_count(0)
    expect(page.locator("#overdue li").filter(has_text="OI-DAT-16")).to_contain_text("3일 지남")
    seoyeon.shot("dashboard.ko")


def test_the_same_in_english(person):
    daun = person("daun", language="en")
    expect(daun.page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    expect(daun.page.get_by_role("heading", name="Readiness by area")).to_be_visible()
    daun.shot("dashboard.en")


def test_a_number_of_the_dashboard_leads_to_what_it_counts(person):
    page = person("seoyeon").page
    page.locator("section", has_text="영역별 준비율").get_by_role("link", name="NET").click()
    page.wait_for_url("**/requirements/?profile=order-integration-reference&area=NET")
    expect(page.locator("tbody [data-row]").first).to_contain_text("OI-NET-")


def test_a_wrong_password_is_a_sentence(windows, portal):
    page = windows.new("seoyeon").page
    page.goto(f"{portal.url}/accounts/sign-in/")
    page.get_by_label("이메일").fill("seoyeon@bareun.example")
    page.get_by_label("비밀번호").fill("not this one")
    page.get_by_role("button", name="로그인", exact=True).click()
    expect(page.locator(".alert")).to_contain_text("이메일")
