"""A person at the browser: signs in, clicks, drops files, and keeps an eye on the console."""

import os
from pathlib import Path
from typing import Any

from tests.journeys.portal import Portal
from tests.journeys.shots import FOLDER, keep
from tests.journeys.watching import Watch

SIZE = {"width": 1440, "height": 900}


class Visitor:
    """One person's window. `page` is Playwright's."""

    def __init__(self, portal: Portal, context: Any, key: str) -> None:
        self.portal, self.context, self.key = portal, context, key
        self.watch = Watch(context)
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)

    def sign_in(self) -> None:
        self.page.goto(f"{self.portal.url}/accounts/sign-in/")
        self.page.get_by_label("이메일").fill(f"{self.key}@bareun.example")
        self.page.get_by_label("비밀번호").fill(self.portal.passwords[self.key])
        self.page.get_by_role("button", name="로그인", exact=True).click()
        self.page.wait_for_url(f"{self.portal.url}/o/**")

    def open(self, path: str = "") -> Any:
        """Go to a page of the organisation by its address, as from a bookmark."""
        self.page.goto(f"{self.portal.home}{path}")
        return self.page

    def go(self, name: str) -> Any:
        """Click a link of the left navigation."""
        self.follow(self.page.locator("#navigation").get_by_role("link", name=name, exact=True))
        return self.page

    def follow(self, link: Any) -> None:
        """Click a link and wait until its page is there, scripts and all."""
        address = link.get_attribute("href")
        link.click()
        self.page.wait_for_url(f"**{address}")

    def drop(self, zone: str, *paths: Path) -> None:
        """Drag files from the desktop onto the page and let go of them there."""
        target = self.page.locator(zone)
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        devtools = self.context.new_cdp_session(self.page)
        for kind in ("dragEnter", "dragOver", "drop"):
            devtools.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})
        devtools.detach()

    def shot(self, name: str) -> None:
        """Keep a picture of the page for the README when SCREENSHOTS is set."""
        if os.environ.get("SCREENSHOTS"):
            keep(self.page.screenshot(animations="disabled"), FOLDER / f"{name}.png")
