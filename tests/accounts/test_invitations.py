"""Joining by a mailed link; leaving and changing roles."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import invitations, services
from compliance.accounts.models import ApiToken, Invitation, Membership, Session, User
from compliance.accounts.roles import Role
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.shared.errors import Refused, Unauthorised
from tests.conftest import PASSWORD

GOOD = "담쟁이 넷 고래 ivy seven"


@pytest.fixture
def mailed(settings):
    settings.EMAIL_HOST = "localhost"
    settings.PUBLIC_URL = "https://gatepass.example"
    return mail.outbox


@pytest.fixture
def link(manna, olga, mailed, browse):
    """What the mail to new@example.com leads to."""
    answer = browse(olga).post(
        "/o/manna/members/invite/", {"email": "New@Example.com", "role": "contributor"}
    )
    assert answer.status_code == 302
    [sent] = mailed
    assert sent.to == ["new@example.com"]
    return re.search(r"https://gatepass\.example(/\S+)", sent.body)[1]


def joined(client, link, **changes):
    facts = {"name": "새 사람", "title": "", "password1": GOOD, "password2": GOOD, **changes}
    return client.post(link, facts)


def test_a_person_joins_by_the_link_and_is_signed_in(link, browse):
    client = browse(language="en")
    assert "만나배달" in client.get(link).content.decode()
    assert joined(client, link).status_code == 302
    assert client.get("/o/manna/members/").status_code == 200
    assert Membership.objects.get(user__email="new@example.com").role == "contributor"
    assert Entry.objects.filter(action="member.invitation_accepted").count() == 1


def test_a_link_works_once(link, browse):
    joined(browse(), link)
    again = browse(language="en").get(link)
    assert again.status_code == 410
    assert "no longer open" in again.content.decode()


def test_a_link_ends_after_seven_days(link, browse, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1), tick=False)
    assert browse().get(link).status_code == 410


def test_a_withdrawn_link_opens_nothing(link, browse, olga):
    invitations.revoke(Invitation.objects.get(), by=olga)
    assert joined(browse(), link).status_code == 410
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_second_invitation_replaces_the_first(link, browse, olga, manna, mailed):
    invitations.invite(manna, email="new@example.com", role=Role.VIEWER, by=olga)
    assert browse().get(link).status_code == 410
    assert Invitation.objects.open().count() == 1


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short1!", "at least 12"),
        ("password12345", "guessed soon"),
        ("qwertyuiop12", "guessed soon"),
        ("new@example.com", "guessed soon"),
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(link, browse, password, sentence):
    answer = joined(browse(language="en"), link, password1=password, password2=password)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()


def test_somebody_with_an_account_signs_in_and_joins(manna, olga, sam, mailed, browse):
    invitations.invite(manna, email=sam.email, role=Role.VIEWER, by=olga)
    link = re.search(r"https://gatepass\.example(/\S+)", mailed[0].body)[1]
    stranger = browse(language="en").get(link).content.decode()
    assert "You have an account already" in stranger
    assert "password1" not in stranger
    browse(sam).post(link)
    assert sam.memberships.filter(organisation=manna).exists()


def test_nobody_takes_anothers_invitation(link, browse, sam):
    answer = browse(sam, language="en").post(link)
    assert answer.status_code == 403
    assert not sam.memberships.filter(organisation__slug="manna").exists()


def test_without_a_mail_server_the_owner_hands_the_link_over(manna, olga, browse):
    answer = browse(olga, language="en").post(
        "/o/manna/members/invite/", {"email": "a@example.com", "role": "viewer"}
    )
    page = answer.content.decode()
    assert "Hand this link to the person yourself" in page
    secret = re.search(r"/accounts/invitation/([\w-]+)/", page)[1]
    assert invitations.find(secret)
    assert secret not in str(list(Invitation.objects.values()))


def test_there_is_no_way_to_sign_up(client):
    for path in ("/accounts/signup/", "/accounts/sign-up/", "/accounts/social/signup/"):
        assert client.get(path).status_code == 404


def test_only_owners_invite(manna, alice, mailed):
    with pytest.raises(Unauthorised):
        invitations.invite(manna, email="a@example.com", role=Role.VIEWER, by=alice)
    assert not mailed


def test_a_role_changes_on_the_next_request(manna, olga, bob, browse):
    client = browse(bob)
    assert client.get("/o/manna/audit/").status_code == 403
    browse(olga).post(
        f"/o/manna/members/{bob.memberships.get().pk}/role/", {"role": "security_lead"}
    )
    assert client.get("/o/manna/audit/").status_code == 200
    told = Entry.objects.get(action="member.role_changed").data
    assert (told["before"], told["after"]) == ("contributor", "security_lead")


def test_the_last_owner_stays(manna, olga, alice, in_english):
    other = Membership.objects.get(user=alice)
    services.change_role(other, Role.OWNER, by=olga)
    services.change_role(Membership.objects.get(user=olga), Role.VIEWER, by=alice)
    alice.__dict__.pop("_memberships", None)
    with pytest.raises(Refused, match="own membership"):
        services.remove_member(other, by=alice)


def test_leaving_ends_sessions_tokens_and_feeds_at_once(manna, olga, bob, browse, adopted):
    secret = services.create_token(manna, by=bob, name="ci")
    client = browse(bob)
    client.post("/o/manna/tasks/feed/")
    assert Session.objects.filter(user=bob).exists()
    leaving = f"/o/manna/members/{bob.memberships.get().pk}/"
    assert browse(olga).get(leaving).status_code == 200
    browse(olga).post(f"{leaving}remove/")
    assert client.get("/o/manna/").status_code == 302
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 401
    assert not Session.objects.filter(user=bob).exists()
    assert not ApiToken.objects.usable().filter(user=bob).exists()


def test_who_belongs_elsewhere_too_stays_signed_in_there(manna, olga, bob, elsewhere, browse):
    services.add_member(elsewhere, bob, Role.VIEWER, by=SYSTEM)
    client = browse(bob)
    services.remove_member(bob.memberships.get(organisation=manna), by=olga)
    assert client.get("/o/manna/members/").status_code == 404
    assert client.get("/o/elsewhere/members/").status_code == 200


def test_a_crafted_name_stays_one_line_of_the_log(link, browse):
    joined(browse(), link, name="a\nINFO forged: x")
    assert User.objects.get(email="new@example.com").name == "a INFO forged: x"


def test_passwords_of_the_demo_still_do(alice, browse):
    answer = browse().post(
        reverse("accounts:sign-in"), {"username": alice.email, "password": PASSWORD}
    )
    assert answer.status_code == 302
