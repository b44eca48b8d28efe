"""`person("seoyeon")` is her window at the running portal, signed in. Windows must stay quiet."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys import portal as portals
from tests.journeys.portal import Portal
from tests.journeys.visitor import SIZE, Visitor


def pytest_collection_modifyitems(items):
    """Journeys start servers of their own: with `services` a second run on another database skips them."""
    for item in items:
        if "tests/journeys/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.services)
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium_path: str
) -> Iterator[Portal]:
    """The demo, served from an empty folder; on PostgreSQL with TEST_DATABASE=postgresql."""
    wanted = os.environ.get("TEST_DATABASE") == "postgresql"
    database = request.getfixturevalue("postgresql_url") if wanted else ""
    with portals.running(tmp_path_factory.mktemp("portal"), database) as running:
        yield running


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], Any]:
    """Cookies by (person, language), so that each signs in once."""
    return {}


@pytest.fixture
def open_window(browser: Any, portal: Portal) -> Iterator[Callable[..., Visitor]]:
    """open_window("seoyeon") is a new window, not signed in; options go to the browser."""
    opened: list[Visitor] = []

    def one(key: str, **options: Any) -> Visitor:
        chosen = {"viewport": SIZE, "locale": "ko-KR", "timezone_id": "Asia/Seoul", **options}
        visitor = Visitor(portal, browser.new_context(**chosen), key)
        opened.append(visitor)
        return visitor

    yield one
    complaints = [line for visitor in opened for line in visitor.watch.complaints]
    for visitor in opened:
        visitor.context.close()
    assert complaints == []


@pytest.fixture
def person(open_window, sessions) -> Callable[..., Visitor]:
    """person("seoyeon") is her window, signed in, at her dashboard; language="en" for English."""

    def signed_in(key: str, *, language: str = "ko", **options: Any) -> Visitor:
        if (key, language) in sessions:
            options.setdefault("storage_state", sessions[key, language])
            visitor = open_window(key, **options)
            visitor.open()
            return visitor
        visitor = open_window(key, **options)
        visitor.sign_in()
        if language == "en":
            visitor.page.get_by_role("button", name="EN", exact=True).click()
            visitor.page.locator("html[lang=en]").wait_for()
        sessions[key, language] = visitor.context.storage_state()
        return visitor

    return signed_in
