"""Requirements over the API: the same rules, the same sentences."""

import pytest

from compliance.accounts import services as accounts
from compliance.accounts.models import ApiToken


@pytest.fixture
def call(manna, adopted, client):
    """call(person, method, path, body): one request with that person's token."""

    def request(person, method, path, body=None):
        secret = accounts.create_token(person.memberships.get().organisation, by=person, name="ci")
        return client.generic(
            method,
            f"/api/v1/o/manna{path}",
            data=body or "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"},
        )

    return request


def test_it_lists_the_requirements(call, bob):
    rows = call(bob, "GET", "/requirements").json()
    assert len(rows) == 59
    assert rows[0]["code"] == "OI-NET-01"


def test_a_statement_is_written_and_a_stale_one_refused(call, bob):
    body = '{"statement": "기본 차단", "revision": 0}'
    first = call(bob, "PUT", "/requirements/OI-NET-03/statement", body)
    assert first.json()["revision"] == 1
    second = call(bob, "PUT", "/requirements/OI-NET-03/statement", body.replace("기본", "다른"))
    assert second.status_code == 409
    assert second.json()["detail"].startswith("Somebody else saved this")


def test_a_role_without_the_verb_reads_the_sentence(call, dave):
    answer = call(
        dave, "PUT", "/requirements/OI-NET-03/verdict", '{"verdict": "met", "revision": 0}'
    )
    assert answer.status_code == 403
    assert answer.json() == {
        "detail": "Your role does not include this. Ask an owner of the organisation."
    }


def test_strangers_and_missing_look_alike(call, sam, bob):
    foreign = call(sam, "GET", "/requirements/OI-NET-03")
    missing = call(bob, "GET", "/requirements/OI-XXX-99")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.json() == missing.json()


def test_a_revoked_token_is_no_token(call, manna, adopted, bob, client):
    secret = accounts.create_token(manna, by=bob, name="ci")
    accounts.revoke_token(ApiToken.objects.get(), by=bob)
    answer = client.get(
        "/api/v1/o/manna/requirements", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 401


def test_the_token_itself_is_not_kept(manna, bob):
    secret = accounts.create_token(manna, by=bob, name="ci")
    assert ApiToken.objects.get().digest != secret


def test_readiness_agrees_with_the_page(call, alice, manna, adopted):
    answer = call(alice, "GET", "/readiness").json()
    assert answer["percent"] == 0
    assert [area["area"] for area in answer["areas"]] == ["NET", "SRV", "LOG", "DAT"]
