"""Signing in through the organisation's own provider: OpenID Connect and SAML, by real ones."""

import base64
import ipaddress
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.accounts import invitations, providers, services
from compliance.accounts.models import IdentityProvider, Membership, User
from compliance.accounts.roles import Role
from compliance.audit.models import Entry
from compliance.audit.services import SYSTEM
from tests.services import oidc as openid
from tests.services import saml
from tests.services.need import missing

# pysaml2 names ciphers that its cryptography has moved.
pytestmark = [pytest.mark.services, pytest.mark.filterwarnings("ignore")]


def browser():
    client = Client(HTTP_HOST="localhost")
    client.cookies["django_language"] = "en"
    return client


def is_in(client, slug="manna"):
    return client.get(f"/o/{slug}/members/").status_code == 200


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with openid.running(tmp_path_factory.mktemp("oidc")) as address:
        yield address


@pytest.fixture
def oidc(manna, olga, issuer, settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(each) for each in ("127.0.0.1", "::1")]
    settings.OUTBOUND_PORTS = [(1, 65535)]
    facts = {
        "name": "Bareun Login",
        "domains": ["example.com"],
        "issuer": issuer,
        "client_id": "gatepass",
        "client_secret": "a-long-client-secret",
        "brings_second_factor": False,
        "enabled": True,
    }
    return providers.add(manna, "oidc", facts, by=olga)


def through(client, provider, email, following=""):
    """Go to the provider, say who one is there, and come back."""
    begin = reverse("openid_connect_login", kwargs={"provider_id": provider.slug})
    leaves = client.get(begin + following)
    answer = requests.post(
        leaves["Location"], data={"sub": email}, allow_redirects=False, timeout=10
    )
    back = answer.headers["Location"].removeprefix("http://localhost")
    return back, client.get(back)


def test_a_member_signs_in_by_oidc(oidc, alice):
    client = browser()
    _back, answer = through(client, oidc, alice.email)
    assert answer.status_code == 302
    assert is_in(client)
    assert Entry.objects.filter(action="sso.linked", actor_id=alice.pk).count() == 1
    oidc.refresh_from_db()
    assert oidc.last_used_at
    assert not SocialToken.objects.exists()


def test_the_request_carries_pkce_and_a_state(oidc):
    begin = reverse("openid_connect_login", kwargs={"provider_id": oidc.slug})
    leaves = browser().get(begin)["Location"]
    assert "code_challenge_method=S256" in leaves
    assert "state=" in leaves


def test_an_answer_is_good_once_and_in_its_browser_alone(oidc, alice):
    first, thief = browser(), browser()
    back, _answer = through(first, oidc, alice.email)
    again = first.get(back)
    stolen = thief.get(back)
    assert (again.status_code, stolen.status_code) == (403, 403)
    assert "not begun in this browser" in stolen.content.decode()
    assert not is_in(thief)


OTHER_ISSUER = "comes from another provider than the registered one"


def test_a_description_of_another_issuer_is_refused(oidc, issuer, alice):
    """Before anybody is sent there, and the organisation's log says so."""
    with openid.posing(issuer, as_itself=False) as address:
        IdentityProvider.objects.filter(pk=oidc.pk).update(issuer=address)
        begin = reverse("openid_connect_login", kwargs={"provider_id": oidc.slug})
        answer = browser().get(begin)
    assert answer.status_code == 403
    assert OTHER_ISSUER in answer.content.decode()
    assert "Location" not in answer
    entry = Entry.objects.get(action="sso.refused")
    assert entry.target_id == oidc.pk


def test_an_id_token_of_another_issuer_is_refused(oidc, issuer, alice):
    client = browser()
    with openid.posing(issuer, as_itself=True) as address:
        IdentityProvider.objects.filter(pk=oidc.pk).update(issuer=address)
        _back, answer = through(client, oidc, alice.email)
    assert answer.status_code == 403
    assert OTHER_ISSUER in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(("audience", "status"), [("gatepass", 302), ("another-client", 403)])
def test_an_id_token_made_for_another_client_is_refused(oidc, issuer, alice, audience, status):
    client = browser()
    with openid.posing(issuer, as_itself=True, aud=audience) as address:
        IdentityProvider.objects.filter(pk=oidc.pk).update(issuer=address)
        _back, answer = through(client, oidc, alice.email)
    assert answer.status_code == status
    assert is_in(client) == (status == 302)


def test_a_provider_that_is_away_is_said_in_a_sentence(oidc):
    IdentityProvider.objects.filter(pk=oidc.pk).update(issuer="http://localhost:9")
    begin = reverse("openid_connect_login", kwargs={"provider_id": oidc.slug})
    answer = browser().get(begin)
    assert answer.status_code == 403
    assert "The SSO sign-in did not succeed" in answer.content.decode()


def test_an_answer_for_one_provider_is_no_answer_for_another(oidc, alice, manna, olga, issuer):
    facts = {
        "name": "Other Login",
        "domains": ["other.example"],
        "issuer": issuer,
        "client_id": "gatepass-other",
        "client_secret": "another-long-secret",
        "brings_second_factor": False,
        "enabled": True,
    }
    other = providers.add(manna, "oidc", facts, by=olga)
    client = browser()
    begin = reverse("openid_connect_login", kwargs={"provider_id": oidc.slug})
    leaves = client.get(begin)["Location"]
    answer = requests.post(leaves, data={"sub": alice.email}, allow_redirects=False, timeout=10)
    query = urlsplit(answer.headers["Location"]).query
    there = reverse("openid_connect_callback", kwargs={"provider_id": other.slug})
    assert client.get(f"{there}?{query}").status_code == 403
    assert not is_in(client)


def test_a_slash_at_the_end_of_an_issuer_is_no_other_one(oidc, issuer, alice):
    IdentityProvider.objects.filter(pk=oidc.pk).update(issuer=f"{issuer}/")
    client = browser()
    _back, answer = through(client, oidc, alice.email)
    assert answer.status_code == 302
    assert is_in(client)


def test_other_domains_and_strangers_stay_out(oidc, alice, manna):
    for email, sentence in (
        ("eve@elsewhere.test", "does not sign in people with your e-mail address"),
        ("nobody@example.com", "You are not a member of this organisation"),
    ):
        client = browser()
        _back, answer = through(client, oidc, email)
        assert answer.status_code == 403
        assert sentence in answer.content.decode()
        assert not is_in(client)
    assert not User.objects.filter(email="nobody@example.com").exists()
    assert Entry.objects.filter(action="sso.refused").count() == 2


def test_an_invitation_is_accepted_by_signing_in(oidc, manna, olga):
    invitations.invite(manna, email="new@example.com", role=Role.VIEWER, by=olga)
    client = browser()
    through(client, oidc, "new@example.com")
    assert is_in(client)
    member = Membership.objects.get(user__email="new@example.com")
    assert (member.role, member.user.has_usable_password()) == ("viewer", False)


def test_who_left_does_not_come_back_by_sso(oidc, alice, olga):
    client = browser()
    through(client, oidc, alice.email)
    services.remove_member(alice.memberships.get(), by=olga)
    assert not is_in(client)
    _back, answer = through(client, oidc, alice.email)
    assert answer.status_code == 403


def test_it_opens_no_other_organisation(oidc, alice, elsewhere):
    """Whoever runs manna's provider must not come in elsewhere as a person of both."""
    services.add_member(elsewhere, alice, Role.OWNER, by=SYSTEM)
    client = browser()
    through(client, oidc, alice.email)
    assert is_in(client)
    answer = client.get("/o/elsewhere/members/")
    assert answer.status_code == 403
    assert "another organisation" in answer.content.decode()
    assert client.get("/api/v1/o/elsewhere/requirements").status_code == 403
    for door in ("account_change_password", "mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(door)).status_code == 403, door


def test_removing_the_provider_ends_what_it_opened(oidc, alice, olga):
    client = browser()
    through(client, oidc, alice.email)
    providers.remove(oidc, by=olga)
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_the_way_back_leads_nowhere_else(oidc, alice):
    client = browser()
    _back, answer = through(client, oidc, alice.email, "?next=https://evil.example/")
    assert answer["Location"].startswith("/")


def test_nothing_is_linked_to_somebody_who_is_signed_in(oidc, alice, bob):
    client = browser()
    client.force_login(bob)
    _back, answer = through(client, oidc, alice.email, "?process=connect")
    assert answer.status_code == 403
    assert not SocialAccount.objects.filter(user=bob).exists()


def test_secrets_are_sealed_and_never_shown(oidc, olga):
    stored = IdentityProvider.objects.filter(pk=oidc.pk).values_list("client_secret", flat=True)
    assert "a-long-client-secret" not in stored[0].token
    client = browser()
    client.force_login(olga)
    page = client.get(f"/o/manna/members/sign-in/sso/{oidc.pk}/").content.decode()
    assert "a-long-client-secret" not in page
    assert reverse("openid_connect_callback", kwargs={"provider_id": oidc.slug}) in page


def test_a_second_factor_is_asked_of_who_comes_by_sso(oidc, alice, olga, manna):
    rules = {**services.rules_of(manna), "second_factor_required": True}
    services.set_sign_in_rules(manna, rules, by=olga)
    client = browser()
    through(client, oidc, alice.email)
    assert not is_in(client)
    IdentityProvider.objects.update(brings_second_factor=True)
    assert is_in(client)


@pytest.fixture
def idp(manna, olga, tmp_path):
    """The provider as it knows us, and we know it."""
    if not saml.is_installed():
        missing("xmlsec1", saml.PACKAGES)
    facts = {
        "name": "Bareun SAML",
        "domains": ["example.com"],
        "entity_id": saml.ENTITY,
        "sso_url": saml.SSO,
        "certificate": "",
        "brings_second_factor": False,
        "enabled": True,
    }
    kept = providers.add(manna, "saml", facts, by=olga)
    metadata = browser().get(address("saml_metadata", kept))
    made = saml.Provider(tmp_path / "idp", metadata.content.decode())
    made.metadata = metadata.content.decode()
    made.kept = kept
    providers.change(kept, {**facts, "certificate": made.certificate}, by=olga)
    return made


def address(name, provider):
    return reverse(name, kwargs={"organization_slug": provider.slug})


def begin(client, idp):
    return client.get(address("saml_login", idp.kept))["Location"]


def come_back(client, idp, answer):
    """Post the answer as the provider's page makes the browser do."""
    client.post(address("saml_acs", idp.kept), {"SAMLResponse": answer, "RelayState": ""})
    return client.get(address("saml_finish_acs", idp.kept))


def test_a_member_signs_in_by_saml(idp, alice):
    client = browser()
    answer = come_back(client, idp, idp.answer(begin(client, idp), alice.email))
    assert answer.status_code == 302
    assert is_in(client)


def refused(client, answer, sentence):
    assert answer.status_code == 403
    assert sentence in answer.content.decode()
    assert not is_in(client)
    assert Entry.objects.filter(action="sso.refused").exists()


def test_a_response_is_not_taken_twice(idp, alice):
    first, thief = browser(), browser()
    said = idp.answer(begin(first, idp), alice.email)
    come_back(first, idp, said)
    begin(thief, idp)
    refused(thief, come_back(thief, idp, said), "not begun in this browser, or it was used")
    first.cookies.pop("sessionid")
    refused(first, come_back(first, idp, said), "not begun in this browser, or it was used")


def test_an_assertion_in_another_envelope_is_not_taken(idp, alice):
    """Only the assertion is signed by some providers: its envelope may claim another request."""
    first, thief = browser(), browser()
    said = idp.answer(begin(first, idp), alice.email, sign="assertion")
    said = base64.b64decode(said).decode()
    mine = idp.server.parse_authn_request(
        parse_qs(urlsplit(begin(thief, idp)).query)["SAMLRequest"][0],
        "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
    ).message.id
    forged = re.sub(r'(<ns0:Response[^>]*InResponseTo=")[^"]*', rf"\g<1>{mine}", said, count=1)
    assert forged != said
    answer = come_back(thief, idp, base64.b64encode(forged.encode()).decode())
    assert answer.status_code == 403
    assert not is_in(thief)


def test_a_response_of_another_key_is_refused(idp, alice, tmp_path):
    client = browser()
    other = saml.Provider(tmp_path / "other", idp.metadata)
    said = other.answer(begin(client, idp), alice.email)
    refused(client, come_back(client, idp, said), "not signed with its registered key")


def test_a_response_without_a_signature_is_refused(idp, alice):
    client = browser()
    said = idp.answer(begin(client, idp), alice.email, sign="")
    refused(client, come_back(client, idp, said), "not signed with its registered key")


def test_a_response_with_an_outdated_algorithm_is_refused(idp, alice):
    client = browser()
    sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    said = idp.answer(begin(client, idp), alice.email, sign_alg=sha1)
    refused(client, come_back(client, idp, said), "an outdated algorithm")


def test_an_altered_response_is_refused(idp, alice, bob):
    client = browser()
    said = base64.b64decode(idp.answer(begin(client, idp), bob.email)).decode()
    forged = base64.b64encode(said.replace(bob.email, alice.email).encode()).decode()
    answer = come_back(client, idp, forged)
    assert answer.status_code == 403
    assert not is_in(client)


def test_an_expired_response_is_refused(idp, alice, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client = browser()
    said = idp.answer(begin(client, idp), alice.email)
    time_machine.shift(11 * 60)
    refused(client, come_back(client, idp, said), "has expired")


def test_a_response_for_another_audience_is_refused(idp, alice):
    client = browser()
    said = idp.answer(begin(client, idp), alice.email, sp_entity_id=saml.OTHER)
    refused(client, come_back(client, idp, said), "meant for another service")


def test_a_response_that_nobody_asked_for_is_refused(idp, alice):
    client = browser()
    said = idp.answer(begin(client, idp), alice.email, in_response_to=None)
    answer = come_back(client, idp, said)
    assert answer.status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("junk", ["", "!!!", "PHhtbD4=", base64.b64encode(b"<a/>").decode()])
def test_junk_is_refused_with_a_sentence(idp, junk):
    client = browser()
    answer = come_back(client, idp, junk)
    assert answer.status_code == 403
    assert "did not succeed" in answer.content.decode()


def test_the_waiting_answer_is_out_of_scripts_reach(idp):
    answer = browser().post(address("saml_acs", idp.kept), {"SAMLResponse": "x"})
    assert answer.cookies["saml-acs-session"]["httponly"]
