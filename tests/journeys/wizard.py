"""The way of a platform's document in and out, clicked step by step, in either language."""

from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

WORDS = {
    "ko": {
        "profiles": "프로파일",
        "import": "플랫폼 문서 가져오기",
        "upload": "올리기",
        "new platform": "새 플랫폼 …",
        "export": "내보내기",
        "filled": "양식 내려받기",
    },
    "en": {
        "profiles": "Profiles",
        "import": "Import a platform's document",
        "upload": "Upload",
        "new platform": "New platform …",
        "export": "Export",
        "filled": "Download the filled form",
    },
}


class Wizard:
    """One person's import of one document; `go_on` is the button at the foot of each step."""

    def __init__(self, visitor: Visitor, *, language: str = "ko") -> None:
        self.visitor, self.page = visitor, visitor.page
        self.words = WORDS[language]

    def bring(self, path: Path) -> None:
        """Profiles → import → drop the file → upload."""
        page = self.visitor.go(self.words["profiles"])
        self.visitor.follow(page.get_by_role("link", name=self.words["import"]))
        self.visitor.drop("#import [data-drop]", path)
        expect(page.locator("#import [data-files]")).to_contain_text(path.name)
        page.get_by_role("main").get_by_role("button", name=self.words["upload"]).click()
        self.is_at("sheets")

    def is_at(self, step: str) -> None:
        self.page.wait_for_url(f"**/imports/*/{step}/")

    def go_on(self, step: str) -> None:
        self.page.locator("#next").click()
        self.is_at(step)

    def is_mapped(self, columns: dict[str, str]) -> None:
        """Look at what each column is taken for; *columns* are {header: role}."""
        for header, role in columns.items():
            expect(self.page.get_by_label(header, exact=True)).to_have_value(role)

    def describe(self, *, platform: tuple[str, str] | str, **fields: str) -> None:
        """The platform (a new one is (short name, name)), and the fields by their names."""
        page = self.page
        if isinstance(platform, tuple):
            page.locator("[name=platform]").select_option(label=self.words["new platform"])
            page.locator("[name=platform_code]").fill(platform[0])
            page.locator("[name=platform_title_ko]").fill(platform[1])
        else:
            page.locator("[name=platform]").select_option(label=platform)
        for name, text in fields.items():
            page.locator(f"[name={name}]").fill(text)

    def row(self, text: str) -> Any:
        """The preview's row with *text*."""
        return self.page.locator(".ex-rows tbody tr").filter(has_text=text)

    def publish(self) -> None:
        self.page.locator("#publish-button").click()


def export_page(visitor: Visitor, profile: str, *, language: str = "ko") -> Any:
    """From the list of the profile to its files."""
    page = visitor.open(f"requirements/?profile={profile}")
    visitor.follow(page.get_by_role("link", name=WORDS[language]["export"], exact=True))
    return page


def download(visitor: Visitor, link: Any, folder: Path) -> Path:
    """Click a link that downloads, and keep the file under the name it came with."""
    with visitor.page.expect_download() as waiting:
        link.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def filled_form(visitor: Visitor, profile: str, folder: Path, *, language: str = "ko") -> Path:
    page = export_page(visitor, profile, language=language)
    link = page.get_by_role("link", name=WORDS[language]["filled"])
    return download(visitor, link, folder)
