"""What the browser complains of: console errors, uncaught exceptions, policy violations, answers."""

from http import HTTPStatus
from typing import Any

# Chromium says this of every 4xx; the answers themselves are watched with their addresses.
_ANSWER = "Failed to load resource"
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} refused ${event.blockedURI}`));"""


class Watch:
    """Collects complaints of every page of a browser context."""

    def __init__(self, context: Any) -> None:
        self.complaints: list[str] = []
        self.expected: set[int] = set()
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("page", self._look_at)
        context.on("response", self._answered)

    def expect(self, *statuses: int) -> None:
        """From here on these answers are part of the story."""
        self.expected |= set(statuses)

    def _look_at(self, page: Any) -> None:
        page.on("console", lambda message: self._said(page, message))
        page.on("pageerror", lambda error: self._complain(page.url, str(error)))

    def _said(self, page: Any, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(_ANSWER):
            self._complain(page.url, message.text)

    def _answered(self, response: Any) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST and response.status not in self.expected:
            self._complain(response.url, f"answered {response.status}")

    def _complain(self, url: str, text: str) -> None:
        self.complaints.append(f"{url}: {text}")
