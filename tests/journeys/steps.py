"""Steps that several journeys take."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor


def import_scan(visitor: Visitor, path: Path) -> Any:
    """Drag a scan result onto the page and wait, without a reload, until it is imported."""
    page = visitor.go("점검결과")
    visitor.drop("#import [data-drop]", path)
    expect(page.locator("#import [data-files]")).to_contain_text(path.name)
    page.get_by_role("button", name="등록", exact=True).click()
    page.wait_for_url("**/scans/*/")
    imported = page.locator(".gp-head [data-value=imported]")
    result = page.get_by_role("link", name="결과 열기")
    expect(imported.or_(result)).to_be_visible(timeout=30_000)
    if result.is_visible():
        result.click()
    expect(imported).to_be_visible()
    return page


def find_task(visitor: Visitor, words: str) -> Any:
    """Search the tasks for *words* and return the row of the only one."""
    page = visitor.go("보완조치")
    page.locator("[data-search]").fill(words)
    row = page.locator("[data-row]")
    expect(row).to_have_count(1)
    return row


def upload(visitor: Visitor, *paths: Path, clicks: int = 1) -> None:
    """Drag files onto the requirement's page, choose what they are, send them."""
    page = visitor.page
    visitor.drop("#evidence-panel [data-drop]", *paths)
    expect(page.locator("#evidence-panel [data-files] li")).to_have_count(len(paths))
    page.get_by_label("증적 유형").select_option(index=1)
    page.get_by_role("button", name="올리기").click(click_count=clicks)


def answer(
    visitor: Visitor,
    profile: str,
    code: str,
    *,
    statement: str = "",
    verdict: str = "",
    reason: str = "",
) -> None:
    """Write the statement and sign the verdict of one requirement, in either language."""
    page = visitor.open(f"requirements/{profile}/{code}/")
    if statement:
        page.locator("#statement textarea[name=text]").fill(statement)
        page.locator("#statement form button.btn-primary").click()
        expect(page.locator("#statement .gp-badge.tone-good")).to_be_visible()
    if verdict:
        page.locator(f"#verdict input[value={verdict}]").check()
        page.locator("#verdict [name=reason]").fill(reason)
        page.locator("#verdict form button.btn-primary").click()
        expect(page.locator(f".gp-head [data-value={verdict}]")).to_be_visible()


def accept(auditor: Visitor, title: str) -> None:
    """Accept the evidence of this title at the review desk; there it may wait far behind others."""
    page = auditor.open(f"evidence/?q={quote(title)}")
    row = page.locator("#rows tbody tr").filter(has_text=title).first
    auditor.follow(row.locator("a[href*='/evidence/']").first)
    auditor.follow(page.locator("main a[href*='/evidence/desk/']").first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    page.keyboard.press("a")
    expect(page.locator(".gp-alert.tone-good")).to_contain_text("승인")


def verdicts(rows: Any) -> list[str]:
    """The signed verdict of each row of the list, from the top; what is proposed stands behind it."""
    known = ["met", "partial", "not_met", "not_applicable", "inconclusive", "not_checked"]
    found: list[str] = rows.evaluate_all(
        """(rows, known) => rows.map((row) => [...row.querySelectorAll("[data-value]")]
          .map((badge) => badge.dataset.value).find((value) => known.includes(value)))""",
        known,
    )
    return found
