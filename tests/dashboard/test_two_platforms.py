"""The dashboard speaks of one profile at a time, and of the one that was asked for."""

import pytest

from compliance.applications import services as applications
from compliance.audit.services import SYSTEM
from compliance.requirements import documents, loading
from compliance.requirements import services as requirements
from tests.conftest import YOGIYO

HOME = "/o/manna/"


@pytest.fixture
def second(manna, adopted):
    profile = loading.load(documents.read(YOGIYO.read_bytes()))[0]
    requirements.adopt(manna, profile, by=SYSTEM)
    return profile


def shown(browse, person, profile=""):
    return browse(person).get(HOME, {"profile": profile}).context


def test_it_begins_with_the_profile_taken_on_first_and_offers_the_other(
    browse, alice, adopted, second
):
    assert shown(browse, alice)["profile"] == adopted
    page = browse(alice).get(HOME, {"profile": second.identifier}).content.decode()
    assert f"?profile={second.identifier}&amp;area=ACC" in page
    assert shown(browse, alice, second.identifier)["profile"] == second
    assert shown(browse, alice, "unknown")["profile"] == adopted


def test_the_application_is_the_one_to_the_profile_that_is_shown(
    browse, alice, manna, adopted, second
):
    first = applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    applications.create(manna, profile=second, by=alice, title="요기요 연동")
    assert shown(browse, alice)["profile"] == second  # the newest open application
    chosen = shown(browse, alice, adopted.identifier)
    assert chosen["submission"].application == first


def test_one_profile_needs_no_choice(browse, alice, adopted):
    assert 'id="profile"' not in browse(alice).get(HOME).content.decode()
