"""Verbs on an organisation's SSO providers."""

import secrets
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.text import slugify

from compliance.accounts.actions import Action
from compliance.accounts.models import IdentityProvider, Organisation, Session, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability
from compliance.audit.services import record

FACTS = {
    "oidc": ["name", "domains", "issuer", "client_id", "brings_second_factor", "enabled"],
    "saml": ["name", "domains", "entity_id", "sso_url", "brings_second_factor", "enabled"],
}
SECRETS = {"oidc": "client_secret", "saml": "certificate"}


@transaction.atomic
def add(
    organisation: Organisation, kind: str, facts: dict[str, Any], *, by: User
) -> IdentityProvider:
    """Keep a new provider; its secret is sealed. Opens nothing of another organisation."""
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    slug = f"{organisation.slug[:40]}-{slugify(facts['name'])[:8] or kind}-{secrets.token_hex(3)}"
    made = IdentityProvider(organisation=organisation, kind=kind, slug=slug)
    for name in [*FACTS[kind], SECRETS[kind]]:
        setattr(made, name, facts[name])
    made.save(force_insert=True)
    record(by, Action.SSO_ADDED, made, domains=facts["domains"])
    return made


@transaction.atomic
def change(provider: IdentityProvider, facts: dict[str, Any], *, by: User) -> None:
    """Write what differs; an empty secret leaves the one that is kept."""
    check_can(by, provider.organisation_id, Capability.PEOPLE_MANAGE)
    changed = [name for name in FACTS[provider.kind] if getattr(provider, name) != facts[name]]
    secret = SECRETS[provider.kind]
    if facts[secret]:
        changed.append(secret)
    if not changed:
        return
    before = {name: getattr(provider, name) for name in changed if name != secret}
    for name in changed:
        setattr(provider, name, facts[name])
    provider.save(update_fields=changed)
    if not provider.enabled:
        _end_sessions(provider)
    after = {name: facts[name] for name in before}
    words = ", ".join(changed)
    record(by, Action.SSO_CHANGED, provider, changed=words, before=before, after=after)


@transaction.atomic
def remove(provider: IdentityProvider, *, by: User) -> None:
    """Remove the provider; who came in by it is signed out, and signs in by password from now on."""
    check_can(by, provider.organisation_id, Capability.PEOPLE_MANAGE)
    record(by, Action.SSO_REMOVED, provider)
    _end_sessions(provider)
    SocialAccount.objects.filter(provider=provider.slug).delete()
    provider.delete()


def _end_sessions(provider: IdentityProvider) -> None:
    """End what the provider opened: its linked people's sessions."""
    linked = SocialAccount.objects.filter(provider=provider.slug).values("user_id")
    Session.objects.filter(user_id__in=linked).delete()
