import pytest

from tests.evidence.conftest import (  # noqa: F401 - fixtures are found by their names here
    accepted,
    net03,
    ruleset,
    submitted,
)
from tests.requirements import next_version

LIST = "/o/manna/requirements/"
PAGE = "/o/manna/requirements/order-integration-reference/OI-NET-03/"


@pytest.fixture
def page(assessment) -> str:
    """The address of OI-NET-03 in 만나배달."""
    return PAGE


@pytest.fixture
def newer(adopted):
    """Version 0.3.0 of the reference profile, loaded and not taken on."""
    return next_version.changed("0.3.0", next_version.a_year_later)
