"""Windows of several people at once; none of them may complain."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.journeys.portal import Portal
from tests.journeys.visitor import SIZE, Visitor


class Windows:
    """Opens windows and remembers cookies by (person, language), so that each signs in once."""

    def __init__(self, browser: Any, portal: Portal, sessions: dict[Any, Any]) -> None:
        self.browser, self.portal, self.sessions = browser, portal, sessions
        self.visitors: list[Visitor] = []

    def new(self, key: str, **options: Any) -> Visitor:
        """A window that is not signed in; options go to the browser's context."""
        chosen = {"viewport": SIZE, "locale": "ko-KR", "timezone_id": "Asia/Seoul", **options}
        visitor = Visitor(self.portal, self.browser.new_context(**chosen), key)
        self.visitors.append(visitor)
        return visitor

    def of(self, key: str, *, language: str = "ko", **options: Any) -> Visitor:
        """The person's window, signed in, at the dashboard."""
        if kept := self.sessions.get((key, language)):
            visitor = self.new(key, storage_state=kept, **options)
            visitor.open()
            return visitor
        visitor = self.new(key, **options)
        if language == "ko":
            # Another window of the same person may have switched to English for good.
            korean = {"name": "django_language", "value": "ko", "url": self.portal.url}
            visitor.context.add_cookies([korean])
        visitor.sign_in()
        if language == "en":
            visitor.page.get_by_role("button", name="EN", exact=True).click()
            visitor.page.locator("html[lang=en]").wait_for()
        self.sessions[key, language] = visitor.context.storage_state()
        return visitor

    def close(self) -> list[str]:
        """Close them all and return what they complained of."""
        for visitor in self.visitors:
            visitor.context.close()
        return [line for visitor in self.visitors for line in visitor.watch.complaints]


@contextmanager
def opened(browser: Any, portal: Portal, sessions: dict[Any, Any]) -> Iterator[Windows]:
    windows = Windows(browser, portal, sessions)
    try:
        yield windows
    finally:
        complaints = windows.close()
    assert complaints == []
