"""One token that asks without end is slowed; everybody else goes on."""

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from compliance.accounts import services as accounts

NOON = "2026-03-02 12:00:10+09:00"


@pytest.fixture
def ask(manna, adopted, alice, olga, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    cache.clear()
    secrets = {each: accounts.create_token(manna, by=each, name="수집기") for each in (alice, olga)}

    def asked(person, **more):
        return Client().get(
            f"/api/v1/o/{manna.slug}/readiness",
            headers={"Authorization": f"Bearer {secrets[person]}", **more},
        )

    yield asked
    cache.clear()


@time_machine.travel(NOON, tick=False)
def test_the_fourth_request_of_a_minute_is_told_when_to_go_on(ask, alice):
    assert [ask(alice).status_code for _ in range(3)] == [200, 200, 200]
    answer = ask(alice, **{"Accept-Language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "50")
    assert answer.json()["detail"] == "Too many requests in this minute. Go on in 50 s."


@time_machine.travel(NOON, tick=False)
def test_another_token_goes_on(ask, alice, olga):
    for _ in range(4):
        ask(alice)
    assert ask(olga).status_code == 200


def test_the_next_minute_begins_anew(ask, alice):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(4):
            ask(alice)
        clock.shift(50)
        assert ask(alice).status_code == 200
