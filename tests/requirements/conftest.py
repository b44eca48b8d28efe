import pytest

LIST = "/o/manna/requirements/"
PAGE = "/o/manna/requirements/order-integration-reference/OI-NET-03/"


@pytest.fixture
def page(assessment) -> str:
    """The address of OI-NET-03 in 만나배달."""
    return PAGE
