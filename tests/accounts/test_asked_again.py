"""What is dangerous asks again who one is: every door of this list, once the time is over."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from tests.conftest import PASSWORD

DOORS = [
    ("get", "oversight:export-csv", {}),
    ("get", "oversight:export-jsonl", {}),
    ("post", "oversight:retention", {}),
    ("post", "oversight:target-add", {}),
    ("post", "oversight:target-stop", {"pk": 1}),
    ("post", "trackers:add", {"kind": "jira"}),
    ("post", "trackers:change", {"pk": 1}),
    ("post", "trackers:secret", {"pk": 1}),
    ("post", "notices:target-add", {"kind": "webhook"}),
    ("post", "notices:target-change", {"pk": 1}),
    ("post", "notices:target-rotate", {"pk": 1}),
    ("post", "members:token-create", {}),
    ("post", "members:machine-add", {}),
    ("post", "members:remove", {"pk": 1}),
    ("post", "members:role", {"pk": 1}),
    ("post", "members:sign-in-rules", {}),
    ("post", "leavers:take", {"pk": 1}),
    ("post", "leavers:erase", {"pk": 1}),
    ("post", "privacy:take-mine", None),
]


@pytest.mark.parametrize(("method", "name", "more"), DOORS)
def test_it_asks_once_the_time_is_over(olga, client, time_machine, method, name, more):
    client.post("/accounts/sign-in/", {"username": olga.email, "password": PASSWORD})
    address = reverse(name, kwargs=None if more is None else {"organisation": "manna", **more})
    fresh = getattr(client, method)(address)
    assert not fresh.get("Location", "").startswith("/accounts/again/")
    at = timezone.now() + timedelta(seconds=django_settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 5)
    time_machine.move_to(at, tick=False)
    asks = getattr(client, method)(address)
    assert asks.status_code == 302
    assert asks["Location"].startswith("/accounts/again/")
