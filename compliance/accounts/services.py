"""Verbs on organisations, members and tokens."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from compliance.accounts import signals
from compliance.accounts.actions import Action
from compliance.accounts.models import ApiToken, Membership, Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability, Role
from compliance.audit.services import SYSTEM, Named, record


@transaction.atomic
def create_organisation(*, name: str, slug: str, **fields: str) -> Organisation:
    organisation = Organisation(name=name, slug=slug, **fields)
    organisation.full_clean()
    organisation.save(force_insert=True)
    record(SYSTEM, Action.ORGANISATION_CREATED, organisation)
    return organisation


@transaction.atomic
def add_member(organisation: Organisation, user: User, role: Role, *, by: Named) -> Membership:
    """Give *user* a role in *organisation*; a member who left comes back with the new role."""
    if isinstance(by, User):
        check_can(by, organisation, Capability.PEOPLE_MANAGE)
    membership, _created = Membership.objects.update_or_create(
        organisation=organisation, user=user, defaults={"role": role, "ended_at": None}
    )
    record(by, Action.MEMBER_ADDED, membership, role=str(role))
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """End the membership. Takes effect on the person's next request."""
    check_can(by, membership.organisation_id, Capability.PEOPLE_MANAGE)
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    record(by, Action.MEMBER_REMOVED, membership)
    signals.member_removed.send(Membership, membership=membership, by=by)


@transaction.atomic
def create_token(organisation: Organisation, *, by: User, name: str, days: int = 90) -> str:
    """Return the new token's secret. It is shown once; only its SHA-256 stays."""
    secret = f"gp_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=organisation,
        user=by,
        name=name,
        digest=ApiToken.digest_of(secret),
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(by, Action.TOKEN_CREATED, token)
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(by, Action.TOKEN_REVOKED, token)
