"""Korean first; English for who asks for it."""

import pytest

from compliance.accounts.models import User

ENGLISH_SYSTEM = {"Accept-Language": "en-US,en;q=0.9"}


def language_of(client, **headers):
    return client.get("/accounts/sign-in/", headers=headers).headers["Content-Language"]


def test_a_browser_of_an_english_system_sees_korean(db, client):
    assert language_of(client, **ENGLISH_SYSTEM) == "ko"


def test_the_choice_in_this_browser_counts_first(db, client):
    client.cookies["django_language"] = "en"
    assert language_of(client) == "en"


def test_a_language_that_is_not_offered_is_no_choice(db, client):
    client.cookies["django_language"] = "xx"
    assert language_of(client) == "ko"


@pytest.mark.parametrize("chosen", ["ko", "en"])
def test_a_persons_language_follows_them_to_another_browser(alice, client, chosen):
    User.objects.filter(pk=alice.pk).update(language=chosen)
    client.force_login(alice)
    answer = client.get("/o/manna/members/", headers=ENGLISH_SYSTEM)
    assert answer.headers["Content-Language"] == chosen


def test_a_machine_says_its_language(manna, client):
    answer = client.get("/api/v1/o/manna/requirements", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "en"
