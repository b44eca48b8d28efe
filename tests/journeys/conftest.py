"""`person("seoyeon")` is her window at the running portal, signed in. Windows must stay quiet."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.journeys import gaon
from tests.journeys import portal as portals
from tests.journeys.gaon import Form
from tests.journeys.portal import Portal
from tests.journeys.visitor import Visitor
from tests.journeys.windows import Windows, opened


def pytest_collection_modifyitems(items):
    """Journeys start servers of their own: with `services` a second run on another database skips them."""
    for item in items:
        if "tests/journeys/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.services)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))


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
def windows(browser: Any, portal: Portal, sessions: dict[Any, Any]) -> Iterator[Windows]:
    """Windows of this test; it fails when one of them complained."""
    with opened(browser, portal, sessions) as made:
        yield made


@pytest.fixture
def person(windows: Windows) -> Callable[..., Visitor]:
    """person("seoyeon") is her window, signed in, at her dashboard; language="en" for English."""
    return windows.of


@pytest.fixture(scope="session")
def gaon_form(
    browser: Any, portal: Portal, sessions: dict[Any, Any], tmp_path_factory: pytest.TempPathFactory
) -> Form:
    """가온배달's check list: imported, answered and filled, all by clicking."""
    with opened(browser, portal, sessions) as windows:
        return gaon.go_round(windows, tmp_path_factory.mktemp("gaon"))
