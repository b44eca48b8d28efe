"""API tokens: scopes, service accounts, first uses, revoking."""

import re

import pytest
from django.urls import get_resolver

from compliance.accounts import scopes, services
from compliance.accounts.models import ApiToken
from compliance.accounts.roles import Role
from compliance.audit.models import Entry
from compliance.shared.errors import Refused, Unauthorised

LIST = "/api/v1/o/manna/requirements"


def call(client, secret, path=LIST, method="get", address="198.51.100.1", **kwargs):
    return getattr(client, method)(
        path, headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address, **kwargs
    )


@pytest.fixture
def ask(client):
    return lambda *args, **kwargs: call(client, *args, **kwargs)


def test_a_page_makes_it_and_shows_it_once(manna, bob, browse, adopted, ask):
    client = browse(bob, language="en")
    facts = {"name": "스캐너", "days": 30, "scopes": ["read:requirements"]}
    page = client.post("/o/manna/members/tokens/create/", facts).content.decode()
    secret = re.search(r"gp_[\w-]{43}", page)[0]
    assert ask(secret).status_code == 200
    listed = client.get("/o/manna/members/tokens/").content.decode()
    assert secret not in listed
    assert f"…{secret[-4:]}" in listed
    assert secret not in str(list(ApiToken.objects.values()))


@pytest.mark.parametrize(
    ("granted", "reads", "writes"),
    [
        (["read:requirements"], 200, 403),
        (["write:requirements"], 200, 404),
        (["read:evidence", "write:evidence"], 403, 403),
    ],
)
def test_scopes_are_honoured(manna, alice, adopted, ask, granted, reads, writes):
    secret = services.create_token(manna, by=alice, name="ci", scopes=granted)
    assert ask(secret).status_code == reads
    written = ask(
        secret,
        f"{LIST}/NO-SUCH/statement",
        "put",
        data='{"statement": "x", "revision": 0}',
        content_type="application/json",
    )
    assert written.status_code == writes


def test_a_scope_never_gives_more_than_the_role(manna, dave, assessment, adopted, ask):
    secret = services.create_token(manna, by=dave, name="ci", scopes=["write:requirements"])
    path = f"{LIST}/OI-NET-03/statement"
    body = '{"statement": "x", "revision": 0}'
    answer = ask(secret, path, "put", data=body, content_type="application/json")
    assert answer.status_code == 403


def test_the_refusal_names_the_scope(manna, alice, adopted, ask):
    secret = services.create_token(manna, by=alice, name="ci", scopes=["read:scans"])
    assert "read:requirements" in ask(secret).json()["detail"]


def test_every_door_of_the_api_is_in_an_area():
    """A path of no area lets no token pass: it would be forgotten, not open."""
    patterns = get_resolver().namespace_dict["api"][1].url_patterns
    routes = [str(each.pattern) for each in patterns if "organisation" in str(each.pattern)]
    firsts = {route.split("<organisation>/")[-1].split("/")[0] for route in routes}
    assert firsts <= set(scopes.areas)
    assert set(scopes.areas.values()) <= set(scopes.Area)


def test_a_stolen_token_is_refused_on_the_next_request(manna, bob, adopted, ask, browse):
    secret = services.create_token(manna, by=bob, name="ci")
    assert ask(secret).status_code == 200
    browse(bob).post(f"/o/manna/members/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert ask(secret).status_code == 401


def test_the_first_use_from_an_address_is_told(manna, bob, adopted, ask):
    secret = services.create_token(manna, by=bob, name="ci")
    for address in ("198.51.100.1", "198.51.100.1", "203.0.113.5", "198.51.100.1"):
        ask(secret, address=address)
    told = Entry.objects.filter(action="token.new_address").order_by("seq")
    assert [each.data["from_address"] for each in told] == ["198.51.100.1", "203.0.113.5"]
    assert ApiToken.objects.get().last_used_at


def test_a_service_account_works_and_stays(manna, olga, adopted, ask, browse):
    client = browse(olga)
    client.post("/o/manna/members/tokens/machines/", {"name": "빌드 서버", "role": "contributor"})
    machine = manna.memberships.get(user__is_machine=True)
    facts = {"name": "ci", "days": 30, "scopes": ["read:requirements"], "user": machine.user_id}
    page = client.post("/o/manna/members/tokens/create/", facts).content.decode()
    secret = re.search(r"gp_[\w-]{43}", page)[0]
    assert ask(secret).status_code == 200
    assert ApiToken.objects.get().user == machine.user


def test_nobody_makes_a_token_for_somebody_else(manna, alice, bob, olga):
    for by in (alice, olga):
        with pytest.raises(Unauthorised):
            services.create_token(manna, by=by, user=bob, name="ci")


@pytest.mark.parametrize("role", [Role.OWNER, Role.AUDITOR])
def test_a_machine_manages_nobody_and_reviews_nothing(manna, olga, role):
    with pytest.raises(Refused):
        services.add_machine(manna, name="ci", role=role, by=olga)


@pytest.mark.parametrize("facts", [{"days": 0}, {"days": 367}, {"scopes": []}, {"scopes": ["all"]}])
def test_a_senseless_token_is_not_made(manna, bob, facts):
    with pytest.raises(Refused):
        services.create_token(manna, by=bob, name="ci", **facts)
    assert not ApiToken.objects.exists()


def test_an_owner_sees_and_revokes_everybodys(manna, olga, bob, alice, browse):
    services.create_token(manna, by=bob, name="밥의 스캐너")
    token = ApiToken.objects.get()
    assert "밥의 스캐너" in browse(olga).get("/o/manna/members/tokens/").content.decode()
    assert "밥의 스캐너" not in browse(alice).get("/o/manna/members/tokens/").content.decode()
    revoke = f"/o/manna/members/tokens/{token.pk}/revoke/"
    assert browse(alice).post(revoke).status_code == 404
    browse(olga).post(revoke)
    assert not ApiToken.objects.usable().exists()


def test_a_token_does_nothing_on_pages(manna, bob, client):
    secret = services.create_token(manna, by=bob, name="ci")
    assert call(client, secret, "/o/manna/members/").status_code == 302
