"""Signing in, the organisation in the address, languages."""

import pytest
from django.urls import reverse

from compliance.accounts import services
from compliance.accounts.models import Membership
from compliance.accounts.roles import CAPABILITIES, DESCRIPTIONS, Capability, Role
from compliance.audit.models import Entry
from compliance.shared.errors import Unauthorised
from tests.conftest import PASSWORD


def test_a_person_signs_in_and_the_stream_says_so(alice, client):
    answer = client.post(
        reverse("accounts:sign-in"), {"username": "ALICE@example.com", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert Entry.objects.filter(action="person.signed_in", actor_id=alice.pk).count() == 1


def test_a_wrong_password_says_what_to_do(alice, browse):
    answer = browse(language="en").post(
        reverse("accounts:sign-in"), {"username": alice.email, "password": "wrong"}
    )
    assert answer.status_code == 200
    assert "The e-mail address or the password is not right" in answer.content.decode()


def test_nobody_sees_a_page_without_signing_in(manna, client):
    answer = client.get("/o/manna/members/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign-in"))


def test_a_stranger_sees_what_a_missing_page_shows(manna, sam, browse):
    foreign = browse(sam).get("/o/manna/members/")
    missing = browse(sam).get("/o/nowhere/members/")
    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_leaving_takes_effect_on_the_next_request(manna, olga, bob, browse):
    client = browse(bob)
    assert client.get("/o/manna/members/").status_code == 200
    services.remove_member(bob.memberships.get(), by=olga)
    assert client.get("/o/manna/members/").status_code == 302
    assert browse(bob).get("/o/manna/members/").status_code == 404


def test_only_an_owner_removes_people(alice, bob):
    with pytest.raises(Unauthorised):
        services.remove_member(bob.memberships.get(), by=alice)
    assert Membership.objects.active().filter(user=bob).exists()


def test_the_language_stays_with_the_person(alice, browse):
    answer = browse(alice).post(
        reverse("accounts:language"), {"language": "en", "next": "/o/manna/"}
    )
    assert answer["Location"] == "/o/manna/"
    alice.refresh_from_db()
    assert alice.language == "en"


def test_the_language_switch_leads_nowhere_else(alice, browse):
    answer = browse(alice).post(
        reverse("accounts:language"), {"language": "en", "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


@pytest.mark.parametrize("role", Role)
def test_each_role_is_described(role):
    assert DESCRIPTIONS[role]
    assert CAPABILITIES[role] <= set(Capability)


def test_nobody_may_both_add_and_review_evidence():
    """Four eyes begin with the roles: who uploads is never who accepts."""
    both = {Capability.EVIDENCE_ADD, Capability.EVIDENCE_REVIEW}
    assert not [role for role, granted in CAPABILITIES.items() if both <= granted]


def test_every_answer_has_strict_headers(alice, browse):
    for path in ("/accounts/sign-in/", "/o/manna/members/", "/nowhere", "/healthz"):
        answer = browse(alice).get(path)
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
