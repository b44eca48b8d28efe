"""Too many wrong passwords: per name, per address, known or not; how it ends."""

import re
import statistics
import time

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import locking, services
from compliance.accounts.roles import Role
from compliance.audit.models import Entry
from compliance.shared.errors import Unauthorised
from tests.conftest import PASSWORD

SIGN_IN = reverse("accounts:sign-in")
LOCKED = "Too many failed tries"
WRONG = "The e-mail address or the password is not right"


@pytest.fixture
def tries(browse):
    """tries(email, password, n): the last answer's text, from a browser that reads English."""

    def act(email, password=PASSWORD[::-1], times=1, address="198.51.100.7"):
        client = browse(language="en")
        for _each in range(times):
            answer = client.post(
                SIGN_IN, {"username": email, "password": password}, REMOTE_ADDR=address
            )
        return answer

    return act


def test_five_wrong_passwords_lock_even_the_right_one_out(alice, tries):
    assert WRONG in tries(alice.email, times=5).content.decode()
    answer = tries(alice.email, PASSWORD, address="198.51.100.8")
    assert LOCKED in answer.content.decode()
    told = Entry.objects.filter(organisation_id=alice.memberships.get().organisation_id)
    assert told.filter(action="person.sign_in_failed").count() == 5
    assert told.filter(action="person.locked").count() == 1


def test_it_ends_by_time(alice, tries, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    tries(alice.email, times=5)
    time_machine.shift(15 * 60 + 1)
    assert tries(alice.email, PASSWORD).status_code == 302
    alice.refresh_from_db()
    assert alice.locked_until is None


def test_an_owner_unlocks_and_nobody_else(alice, bob, olga, tries, browse, rf):
    tries(alice.email, times=5)
    membership = alice.memberships.get()
    with pytest.raises(Unauthorised):
        locking.unlock(rf.post("/"), membership, by=bob)
    page = browse(olga, language="en").get(f"/o/manna/members/{membership.pk}/")
    assert "Unlock now" in page.content.decode()
    browse(olga).post(f"/o/manna/members/{membership.pk}/unlock/")
    assert tries(alice.email, PASSWORD).status_code == 302


def test_one_address_is_stopped_whatever_names_it_tries(alice, bob, tries):
    for number in range(20):
        tries(f"nobody{number}@example.com")
    assert LOCKED in tries(bob.email, PASSWORD).content.decode()
    assert tries(bob.email, PASSWORD, address="203.0.113.9").status_code == 302


def plain(answer):
    """The page without what differs from visit to visit: tokens, and the name that was typed."""
    text = re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode())
    return answer.status_code, text


def test_known_and_unknown_names_read_the_same(alice, tries):
    for times in (1, 4, 1):
        known = tries(alice.email, times=times, address="198.51.100.1")
        unknown = tries("nobody@example.com", times=times, address="198.51.100.2")
        assert plain(known) == plain(unknown)


def test_known_and_unknown_names_take_the_same_time(alice, client, settings):
    """With the real hasher; what only known people cause comes after the answer."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1000/15m/ip,1000/15m/key"}
    alice.set_password(PASSWORD)
    alice.save()

    def cpu(email):
        start = time.thread_time()
        client.post(SIGN_IN, {"username": email, "password": "wrong"})
        return time.thread_time() - start

    cpu(alice.email)
    known = statistics.median(cpu(alice.email) for _ in range(5))
    unknown = statistics.median(cpu("nobody@example.com") for _ in range(5))
    assert abs(known - unknown) < 0.25 * max(known, unknown)


def test_what_only_a_known_person_causes_waits_for_the_answer(alice, tries, monkeypatch):
    """The entry is written when the server closes the answer, not before."""
    put_off = []
    monkeypatch.setattr("compliance.shared.afterwards.do", put_off.extend)
    tries(alice.email)
    written = Entry.objects.filter(action="person.sign_in_failed")
    assert not written.exists()
    for act in put_off:
        act()
    assert written.get().address == "198.51.100.7"


def test_a_service_account_never_signs_in(manna, olga, tries):
    made = services.add_machine(manna, name="ci", role=Role.CONTRIBUTOR, by=olga)
    made.user.refresh_from_db()
    assert not made.user.has_usable_password()
    assert WRONG in tries(made.user.email, PASSWORD).content.decode()
