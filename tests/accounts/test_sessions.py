"""Sessions: where they are seen and ended, how long they last, what they are not fooled by."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import services
from compliance.accounts.models import Session, User
from compliance.audit.models import Entry
from compliance.shared.errors import Refused
from tests.conftest import PASSWORD

SIGN_IN = reverse("accounts:sign-in")
SECURITY = reverse("accounts:security")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141 Safari/537"
)
GOOD = "담쟁이 넷 고래 ivy seven"


def signed_in(browse, person, agent="curl/8", address="198.51.100.4"):
    client = browse(language="en")
    facts = {"username": person.email, "password": PASSWORD}
    answer = client.post(SIGN_IN, facts, headers={"user-agent": agent}, REMOTE_ADDR=address)
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get("/o/manna/members/").status_code == 200


def test_a_person_sees_where_and_with_what_they_are_signed_in(alice, browse):
    signed_in(browse, alice, CHROME, "203.0.113.77")
    page = signed_in(browse, alice).get(SECURITY).content.decode()
    assert "Chrome, Windows" in page
    assert "203.0.113.77" in page
    assert page.index("curl") < page.index("Chrome, Windows")


def test_one_session_is_ended_and_the_others_stay(alice, browse):
    here, there = signed_in(browse, alice), signed_in(browse, alice, CHROME)
    handle = re.search(r"sessions/([0-9a-f]{24})/end", here.get(SECURITY).content.decode())[1]
    here.post(reverse("accounts:session-end", args=[handle]))
    assert is_in(here)
    assert not is_in(there)
    assert Entry.objects.get(action="person.session_ended").data["device"] == "Chrome, Windows"


def test_all_others_are_ended(alice, browse):
    here, *others = [signed_in(browse, alice) for _each in range(3)]
    here.post(reverse("accounts:sessions-end"))
    assert [is_in(each) for each in (here, *others)] == [True, False, False]


def test_nobody_ends_anothers_session(alice, bob, browse):
    theirs = signed_in(browse, bob)
    handle = Session.objects.get(user=bob).handle
    answer = signed_in(browse, alice).post(reverse("accounts:session-end", args=[handle]))
    assert answer.status_code == 404
    assert is_in(theirs)


def test_the_page_does_not_hold_the_key_of_a_session(alice, browse):
    signed_in(browse, alice)
    client = signed_in(browse, alice)
    page = client.get(SECURITY).content.decode()
    assert not [key for key in Session.objects.values_list("pk", flat=True) if key in page]


def test_a_session_without_use_ends_as_the_organisation_says(
    alice, olga, manna, browse, time_machine
):
    rules = {**services.rules_of(manna), "idle_minutes": 10}
    services.set_sign_in_rules(manna, rules, by=olga)
    time_machine.move_to(timezone.now(), tick=False)
    client = browse(alice, language="en")
    for _each in range(3):
        time_machine.shift(9 * 60)
        assert is_in(client)
    time_machine.shift(10 * 60 + 1)
    answer = client.get("/o/manna/members/", follow=True)
    assert "Your sign-in has ended after the time" in answer.content.decode()
    assert not is_in(client)


def test_a_page_that_asks_by_itself_is_no_use(alice, olga, manna, browse, time_machine):
    rules = {**services.rules_of(manna), "idle_minutes": 10}
    services.set_sign_in_rules(manna, rules, by=olga)
    time_machine.move_to(timezone.now(), tick=False)
    client = browse(alice)
    for _each in range(3):
        time_machine.shift(4 * 60)
        client.get("/o/manna/members/", headers={"HX-Request": "true"})
    assert not is_in(client)


def test_a_session_ends_however_much_it_is_used(alice, olga, manna, browse, time_machine):
    rules = {**services.rules_of(manna), "session_hours": 1}
    services.set_sign_in_rules(manna, rules, by=olga)
    time_machine.move_to(timezone.now(), tick=False)
    client = browse(alice)
    for _each in range(6):
        assert is_in(client)
        time_machine.shift(10 * 60 + 1)
    assert not is_in(client)


def test_the_portals_own_bounds_hold_without_any_organisation(sam, browse, settings, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client = browse(sam)
    time_machine.shift(settings.SESSION_IDLE_MINUTES * 60 + 1)
    assert client.get(SECURITY).status_code == 302


@pytest.mark.parametrize(
    ("name", "value"), [("idle_minutes", 4), ("idle_minutes", 241), ("session_hours", 13)]
)
def test_an_organisation_stays_within_the_bounds(manna, olga, name, value):
    with pytest.raises(Refused):
        services.set_sign_in_rules(manna, {**services.rules_of(manna), name: value}, by=olga)


def test_a_key_from_before_signing_in_opens_nothing(alice, browse):
    """Session fixation: whoever planted the key has the one from before."""
    client = browse()
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted
    thief = browse()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil",
        "on",
        "?",
    ],
)
def test_signing_in_leads_nowhere_else(alice, browse, next_):
    facts = {"username": alice.email, "password": PASSWORD, "next": next_}
    answer = browse().post(SIGN_IN, facts)
    assert answer["Location"] == "/"


def test_another_host_name_is_refused_and_no_mail_carries_it(alice, client, settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "localhost", "https://gatepass.example"
    forgotten = reverse("account_reset_password")
    assert (
        client.post(forgotten, {"email": alice.email}, HTTP_HOST="evil.example").status_code == 400
    )
    client.post(forgotten, {"email": alice.email}, headers={"X-Forwarded-Host": "evil.example"})
    [sent] = mail.outbox
    assert "evil" not in sent.body
    assert "https://gatepass.example/accounts/password/new/" in sent.body


@pytest.fixture
def elsewhere_too(alice, browse):
    """Somebody who has the old password is signed in."""
    return browse(alice)


@pytest.fixture
def link(alice, client, settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "localhost", "https://gatepass.example"
    client.post(reverse("account_reset_password"), {"email": alice.email})
    return re.search(r"https://gatepass\.example(/\S+)", mail.outbox[0].body)[1]


def test_a_forgotten_password_is_set_by_a_link_once(alice, browse, elsewhere_too, link):
    client = browse(language="en")
    form = client.get(link)["Location"]
    client.post(form, {"password1": GOOD, "password2": GOOD})
    assert User.objects.get(pk=alice.pk).check_password(GOOD)
    assert not is_in(elsewhere_too)
    assert not is_in(client)
    assert "no longer good" in browse(language="en").get(link).content.decode()


def test_the_link_ends_after_an_hour(alice, browse, link, time_machine):
    # Django counts in local time here.
    time_machine.move_to(timezone.localtime() + timedelta(hours=1, minutes=1), tick=False)
    assert "no longer good" in browse(language="en").get(link).content.decode()


def test_asking_for_a_link_says_nothing_about_who_exists(alice, browse, settings):
    settings.EMAIL_HOST = "localhost"

    def asked(email):
        answer = browse(language="en").post(
            reverse("account_reset_password"), {"email": email}, follow=True
        )
        return answer.status_code, re.sub(
            r'"X-CSRFToken": "[^"]*"|value="[^"]*"', "", answer.content.decode()
        )

    assert asked(alice.email) == asked("nobody@example.com")
    assert [sent.to for sent in mail.outbox] == [[alice.email]]


def test_changing_the_password_asks_for_the_present_one_and_ends_the_others(alice, browse):
    here, there = signed_in(browse, alice), signed_in(browse, alice)
    door = reverse("account_change_password")
    facts = {"password1": GOOD, "password2": GOOD}
    wrong = here.post(door, {**facts, "oldpassword": "wrong"})
    assert "The present password is not right" in wrong.content.decode()
    here.post(door, {**facts, "oldpassword": PASSWORD})
    assert is_in(here)
    assert not is_in(there)
    assert Entry.objects.filter(action="person.password_changed").count() == 1


def test_who_guesses_the_present_password_is_locked_out_too(alice, browse):
    here = signed_in(browse, alice)
    facts = {"password1": GOOD, "password2": GOOD, "oldpassword": "wrong"}
    door = reverse("account_change_password")
    for _each in range(5):
        here.post(door, facts)
    answer = here.post(door, {**facts, "oldpassword": PASSWORD})
    assert "Too many failed tries" in answer.content.decode()


def later(time_machine):
    time_machine.move_to(
        timezone.now() + timedelta(seconds=django_settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 5),
        tick=False,
    )


def test_what_is_dangerous_asks_again_and_then_goes_on(manna, olga, bob, browse, time_machine):
    client = signed_in(browse, olga)
    later(time_machine)
    member = bob.memberships.get()
    asks = client.post(f"/o/manna/members/{member.pk}/role/", {"role": "viewer"})
    assert asks["Location"].startswith(reverse("account_reauthenticate"))
    member.refresh_from_db()
    assert member.role == "contributor"
    wrong = client.post(asks["Location"], {"password": "wrong"})
    assert "The password is not right" in wrong.content.decode()
    client.post(asks["Location"], {"password": PASSWORD})
    member.refresh_from_db()
    assert member.role == "viewer"


def test_dangerous_verbs_of_htmx_lead_the_whole_page(manna, olga, bob, browse, time_machine):
    client = signed_in(browse, olga)
    later(time_machine)
    answer = client.post(
        f"/o/manna/members/{bob.memberships.get().pk}/remove/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/manna/members/"},
    )
    assert answer["HX-Redirect"].endswith("?next=%2Fo%2Fmanna%2Fmembers%2F")
    assert bob.memberships.filter(ended_at=None).exists()


@pytest.mark.parametrize("path", ["members/", "requirements/", ""])
def test_pages_cost_no_query_more(manna, alice, olga, adopted, browse, path):
    """Session, person, membership with its organisation: as before there were rules of signing in."""
    client = browse(alice)
    client.get(f"/o/manna/{path}")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/o/manna/{path}")
    about = [
        q["sql"] for q in seen if "accounts_session" in q["sql"] or "mfa_authenticator" in q["sql"]
    ]
    assert len(about) == 1
