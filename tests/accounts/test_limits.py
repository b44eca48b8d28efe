"""A membership that ends by itself, and one that is limited to one application."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts import invitations, limits, services
from compliance.accounts.limits import Terms
from compliance.accounts.mentions import members_of
from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability, Role
from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from compliance.shared.errors import Refused
from tests.conftest import PASSWORD, make_person

TODAY = timezone.localdate


def member(person):
    return Membership.objects.select_related("user", "organisation").get(user=person)


@pytest.fixture
def application(manna, adopted, alice):
    return applications.create(manna, profile=adopted, by=alice, title="배민 연동")


def end_yesterday(person):
    Membership.objects.filter(user=person).update(ends_on=TODAY() - timedelta(days=1))


def test_the_last_day_is_included_and_the_next_one_opens_nothing(manna, dave, browse):
    client = browse(dave)
    Membership.objects.filter(user=dave).update(ends_on=TODAY())
    assert client.get("/o/manna/requirements/").status_code == 200
    end_yesterday(dave)
    assert client.get("/o/manna/requirements/").status_code == 404
    assert list(Organisation.objects.visible_to(dave)) == []


def test_a_token_opens_nothing_after_the_last_day(manna, adopted, dave, client):
    secret = services.create_token(manna, by=dave, name="ci", scopes=["read:requirements"])
    ask = {"headers": {"authorization": f"Bearer {secret}"}}
    assert client.get("/api/v1/o/manna/requirements", **ask).status_code == 200
    end_yesterday(dave)
    assert client.get("/api/v1/o/manna/requirements", **ask).status_code == 404


def test_nobody_names_or_assigns_who_is_over(manna, bob, dave):
    assert bob in members_of(manna)
    end_yesterday(bob)
    assert bob not in members_of(manna)
    assert not Membership.objects.people().filter(user=bob).exists()
    assert not can(bob, manna, Capability.TASK_WORK)


def test_an_owner_sets_moves_and_clears_the_last_day(manna, olga, dave, browse):
    day = TODAY() + timedelta(days=30)
    client, page = browse(olga), f"/o/manna/members/{member(dave).pk}/terms/"
    assert client.post(page, {"ends_on": day.isoformat()}).status_code == 302
    assert f"{day}까지" in client.get("/o/manna/members/").content.decode()
    client.post(page, {"ends_on": ""})
    assert member(dave).ends_on is None
    said = list(Entry.objects.filter(action__startswith="member.last_day").order_by("seq"))
    assert [entry.action for entry in said] == ["member.last_day", "member.last_day_cleared"]
    assert str(day) in said[0].sentence


def test_a_last_day_in_the_past_is_refused_with_a_sentence(olga, dave, browse):
    page = f"/o/manna/members/{member(dave).pk}/terms/"
    answer = browse(olga).post(page, {"ends_on": "2020-01-01"})
    assert answer.status_code == 422
    assert "마지막 날" in answer.content.decode()
    assert member(dave).ends_on is None


def test_the_last_owner_has_no_last_day(manna, olga):
    second = make_person("ohara", "오하라", manna, Role.OWNER)
    soon = Terms(ends_on=TODAY() + timedelta(days=3))
    limits.set_terms(member(second), soon, by=olga)
    # The other one is the only owner who stays.
    with pytest.raises(Refused, match=r"."):
        limits.set_terms(member(olga), soon, by=second)
    with pytest.raises(Refused, match=r"."):
        services.remove_member(member(olga), by=second)


def test_who_is_over_is_shown_to_owners_who_can_give_more_days(olga, dave, carol, browse):
    end_yesterday(dave)
    assert "데이브" in browse(olga).get("/o/manna/members/").content.decode()
    assert "데이브" not in browse(carol).get("/o/manna/members/").content.decode()
    later = Terms(ends_on=TODAY() + timedelta(days=9))
    limits.set_terms(member(dave), later, by=olga)
    assert browse(dave).get("/o/manna/requirements/").status_code == 200


def test_an_invitation_brings_its_terms(manna, olga, application, mailoutbox):
    terms = Terms(TODAY() + timedelta(days=20), application.pk)
    sent = invitations.invite(
        manna, email="aud@example.com", role=Role.AUDITOR, by=olga, terms=terms
    )
    new = invitations.join(sent.invitation, name="외부 심사원", password=PASSWORD)
    assert limits.terms_of(member(new)) == terms
    # A former member who comes back another way brings nothing of it along.
    services.remove_member(member(new), by=olga)
    back = services.add_member(manna, new, Role.VIEWER, by=olga)
    assert limits.terms_of(back) == limits.FREE


def test_the_invitation_form_takes_terms(manna, olga, application, browse):
    day = TODAY() + timedelta(days=20)
    form = {
        "email": "aud@example.com",
        "role": "auditor",
        "ends_on": day.isoformat(),
        "limited_to": application.pk,
    }
    browse(olga).post("/o/manna/members/invite/", form)
    made = manna.invitations.get()
    assert limits.terms_of(made) == Terms(day, application.pk)
    page = browse(olga).get("/o/manna/members/").content.decode()
    assert f"{day}까지" in page
    assert application.number in page


def test_an_invitation_past_its_last_day_opens_nothing(manna, olga):
    terms = Terms(ends_on=TODAY())
    sent = invitations.invite(manna, email="a@example.com", role=Role.VIEWER, by=olga, terms=terms)
    manna.invitations.update(ends_on=TODAY() - timedelta(days=1))
    secret = sent.link.rstrip("/").rsplit("/", 1)[-1]
    assert invitations.find(secret) is None


@pytest.mark.parametrize("role", [Role.OWNER, Role.SECURITY_LEAD, Role.CONTRIBUTOR])
def test_only_reading_roles_are_limited(manna, olga, carol, application, role):
    limits.set_terms(member(carol), Terms(limited_to=application.pk), by=olga)
    with pytest.raises(Refused) as refused:
        services.change_role(member(carol), role, by=olga)
    assert "제한을 먼저" in str(refused.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=carol).update(role=role)
    other = make_person("other", "다른 사람", manna, role)
    with pytest.raises(Refused):
        limits.set_terms(member(other), Terms(limited_to=application.pk), by=olga)
    with pytest.raises(Refused):
        invitations.invite(
            manna, email="x@example.com", role=role, by=olga, terms=Terms(None, application.pk)
        )


def test_another_organisations_application_is_no_limit(manna, elsewhere, olga, carol, profile, sam):
    from compliance.requirements import services as requirements

    requirements.adopt(elsewhere, profile, by=SYSTEM)
    foreign = applications.create(elsewhere, profile=profile, by=sam, title="남의 신청")
    with pytest.raises(Refused):
        limits.set_terms(member(carol), Terms(limited_to=foreign.pk), by=olga)


def test_limiting_and_lifting_stand_in_the_log(manna, olga, carol, application):
    limits.set_terms(member(carol), Terms(limited_to=application.pk), by=olga)
    assert not can(User.objects.get(pk=carol.pk), manna, Capability.AUDIT_READ)
    assert can(User.objects.get(pk=carol.pk), manna, Capability.EVIDENCE_REVIEW)
    limits.set_terms(member(carol), limits.FREE, by=olga)
    assert can(User.objects.get(pk=carol.pk), manna, Capability.AUDIT_READ)
    found = Entry.objects.filter(action__in=["member.limited", "member.limit_lifted"])
    assert found.count() == 2
    assert all(application.number in entry.sentence for entry in found)


def test_nobody_changes_their_own_terms(manna, olga):
    make_person("ohara", "오하라", manna, Role.OWNER)
    with pytest.raises(Refused):
        limits.set_terms(member(olga), Terms(ends_on=TODAY()), by=olga)
