"""The organisation's own sign-in: what allauth asks about providers, and who comes in by one."""

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts import invitations
from compliance.accounts.actions import Action
from compliance.accounts.models import IdentityProvider, Invitation, Membership, User
from compliance.accounts.outside import Through
from compliance.audit.services import SYSTEM, record
from compliance.shared.errors import Refused, Unauthorised
from compliance.shared.http import refusal

Kind = IdentityProvider.Kind
DESCRIPTION = "/.well-known/openid-configuration"
_PROVIDERS = {Kind.OIDC: "openid_connect", Kind.SAML: "saml"}
_KINDS = {name: kind for kind, name in _PROVIDERS.items()}
_EMAIL_ATTRIBUTES = [
    "email",
    "mail",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
]
_NAME_ATTRIBUTES = [
    "displayName",
    "name",
    "cn",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
]
NO_EMAIL = _("The SSO did not say an e-mail address. Ask who runs it to send one.")
OTHER_DOMAIN = _(
    "This SSO does not sign in people with your e-mail address. Ask an owner of the organisation."
)
NOT_INVITED = _(
    "You are not a member of this organisation. Ask an owner to invite your e-mail address."
)
NOT_HERE = _("The SSO sign-in was not begun in this browser, or it was used already. Begin again.")
_REASONS = [
    ("deprecated", _("The SSO signs with an outdated algorithm. Ask who runs it for SHA-256.")),
    ("signature", _("The answer of the SSO is not signed with its registered key.")),
    ("digest", _("The answer of the SSO was altered on its way.")),
    ("audience", _("The answer of the SSO is meant for another service.")),
    ("destination", _("The answer of the SSO is meant for another address.")),
    ("issuer", _("The answer comes from another provider than the registered one.")),
    ("expired", _("The answer of the SSO has expired. Begin again.")),
    ("timing", _("The answer of the SSO has expired, or the clocks differ. Begin again.")),
    ("not yet valid", _("The answer of the SSO has expired, or the clocks differ. Begin again.")),
    ("used already", NOT_HERE),
    ("subjectconfirmation", _("The answer of the SSO belongs to another sign-in, or has expired.")),
]
FAILED = _("The SSO sign-in did not succeed. Begin again; if it keeps failing, tell an owner.")


def app_of(provider: IdentityProvider) -> SocialApp:
    """What allauth calls an app, never stored: its secrets stay sealed until here."""
    app = SocialApp(
        provider=_PROVIDERS[Kind(provider.kind)],
        provider_id=provider.slug,
        name=provider.name,
        client_id=provider.slug if provider.is_saml else provider.client_id,
    )
    app.settings = _saml(provider) if provider.is_saml else _oidc(provider)
    if not provider.is_saml and provider.client_secret:
        app.secret = provider.client_secret.open()
    return app


def _oidc(provider: IdentityProvider) -> dict[str, Any]:
    return {"server_url": provider.issuer.rstrip("/"), "oauth_pkce_enabled": True}


def _saml(provider: IdentityProvider) -> dict[str, Any]:
    return {
        # The e-mail address is who somebody is; a NameID may be another one each time.
        "attribute_mapping": {
            "uid": _EMAIL_ATTRIBUTES,
            "email": _EMAIL_ATTRIBUTES,
            "username": _NAME_ATTRIBUTES,
        },
        "idp": {
            "entity_id": provider.entity_id,
            "sso_url": provider.sso_url,
            "x509cert": provider.certificate.open() if provider.certificate else "",
        },
        "advanced": {
            "strict": True,
            "reject_deprecated_algorithm": True,
            "reject_idp_initiated_sso": True,
            "want_attribute_statement": False,
            "allow_single_label_domains": True,
        },
    }


class SsoAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        rows = IdentityProvider.objects.filter(enabled=True)
        if provider in _KINDS:
            rows = rows.filter(kind=_KINDS[provider])
        elif provider:
            rows = rows.filter(slug=provider)
        apps = [app_of(each) for each in rows]
        return [app for app in apps if client_id in {None, app.client_id}]

    def get_requests_session(self) -> requests.Session:
        """Everything that leaves goes through the portal's one way out."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, Through())
        session.hooks["response"].append(_check_issuer)
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The provider vouched for somebody: let them in as who they are, or say why not."""
        provider = _provider_of(sociallogin)
        try:
            user = enter(provider, sociallogin)
        except Refused as error:
            raise ImmediateHttpResponse(refused(request, provider, error)) from error
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = sociallogin.user
        user.email = str(data.get("email") or "").lower()
        user.name = str(data.get("name") or data.get("username") or "")[:100]
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say in a sentence what was wrong with the answer."""
        facts = extra_context or {}
        said = str(facts.get("saml_last_error_reason") or exception or "")
        if exception is not None:
            said = f"{said} {exception.__cause__ or ''}"
        elif "state_id" in facts:
            said = "used already"
        found = IdentityProvider.objects.filter(slug=provider.app.provider_id).first()
        answer = refused(request, found, Unauthorised(reason_of(said)))
        raise ImmediateHttpResponse(answer)


def _check_issuer(response: requests.Response, **kwargs: Any) -> None:
    """A provider's description names the address that it was asked at, or it is somebody else's."""
    asked, found, _rest = str(response.url).partition(DESCRIPTION)
    if not found or not response.ok:
        return
    try:
        said = str(response.json().get("issuer", ""))
    except (ValueError, AttributeError) as error:
        raise OAuth2Error("the description is no JSON object") from error
    if said.rstrip("/") != asked.rstrip("/"):
        raise OAuth2Error("the description names another issuer")


def reason_of(said: str) -> Any:
    """Our sentence for what the library said was wrong."""
    low = said.lower()
    return next((sentence for sign, sentence in _REASONS if sign in low), FAILED)


def refused(request: HttpRequest, provider: IdentityProvider | None, error: Refused) -> Any:
    """The page that says it, and the entry in the organisation's stream."""
    if provider is not None:
        with transaction.atomic():
            record(SYSTEM, Action.SSO_REFUSED, provider, reason=str(error))
    return refusal(request, str(error), error.status)


def _provider_of(sociallogin: SocialLogin) -> IdentityProvider:
    rows = IdentityProvider.objects.filter(enabled=True).select_related("organisation")
    return rows.get(slug=sociallogin.account.provider)


@transaction.atomic
def enter(provider: IdentityProvider, sociallogin: SocialLogin) -> User:
    """Return the member whom *provider* vouches for; an open invitation of theirs is accepted."""
    if sociallogin.state.get("process", "login") != "login":
        raise Unauthorised(FAILED)
    email = _email_of(sociallogin)
    if not provider.takes(email):
        raise Unauthorised(OTHER_DOMAIN)
    user = _member(provider, email, str(sociallogin.user.name or ""))
    if sociallogin.is_existing and sociallogin.user != user:
        raise Unauthorised(NOT_INVITED)
    if not sociallogin.is_existing:
        member = user.memberships.get(organisation=provider.organisation)
        record(user, Action.SSO_LINKED, member, provider=provider.name, person=user.pk)
    IdentityProvider.objects.filter(pk=provider.pk).update(last_used_at=timezone.now())
    return user


def _email_of(sociallogin: SocialLogin) -> str:
    told = [sociallogin.user.email, *[each.email for each in sociallogin.email_addresses]]
    email = next((each.strip().lower() for each in told if each), "")
    try:
        validate_email(email)
    except ValidationError as error:
        raise Unauthorised(NO_EMAIL) from error
    return email


def _member(provider: IdentityProvider, email: str, name: str) -> User:
    user = User.objects.filter(email=email, is_machine=False).first()
    open_ = Invitation.objects.open().filter(organisation=provider.organisation, email=email)
    invitation = open_.select_related("organisation").first()
    if user is None and invitation is not None:
        return invitations.join(invitation, name=name or email.partition("@")[0], password=None)
    if user is None or not user.is_active:
        raise Unauthorised(NOT_INVITED)
    members = Membership.objects.active().filter(organisation=provider.organisation, user=user)
    if not members.exists():
        if invitation is None:
            raise Unauthorised(NOT_INVITED)
        invitations.accept(invitation, user)
    return user
