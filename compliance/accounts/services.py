"""Verbs on organisations, members and tokens."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from compliance.accounts import sessions, signals
from compliance.accounts.actions import Action
from compliance.accounts.models import ApiToken, Membership, Organisation, User
from compliance.accounts.policies import (
    check_are_sensible_rules,
    check_can,
    check_can_change_member,
    check_can_create_token,
    check_can_revoke_token,
    check_fits_limit,
    check_is_not_last_owner,
    check_is_role_of_machine,
    check_is_sensible_token,
)
from compliance.accounts.roles import Capability, Role
from compliance.accounts.scopes import ALL, cleaned
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
    rows = Membership.objects.select_for_update()
    before = facts_of(rows.filter(organisation=organisation, user=user).first())
    membership, _created = Membership.objects.update_or_create(
        organisation=organisation,
        user=user,
        defaults={"role": role, "ended_at": None, "ends_on": None, "limited_to": None},
    )
    record(
        by,
        Action.MEMBER_ADDED,
        membership,
        role=str(role),
        before=before,
        after=facts_of(membership),
    )
    return membership


def facts_of(membership: Membership | None) -> dict[str, Any]:
    """What entries keep of a membership before and after it changed; nothing of none."""
    if membership is None:
        return {"role": "", "ended_at": ""}
    ended = membership.ended_at
    return {"role": str(membership.role), "ended_at": ended.isoformat() if ended else ""}


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: User) -> None:
    """Give a member another role, from their next request on."""
    check_can_change_member(membership, by)
    before = membership.role
    if role == before:
        return
    check_fits_limit(membership, role)
    if before == Role.OWNER:
        check_is_not_last_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    hears = {"person": membership.user_id}
    record(by, Action.ROLE_CHANGED, membership, before=before, after=str(role), **hears)
    signals.role_changed.send(Membership, membership=membership, before=before, by=by)


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """End the membership, its tokens and, if it was the last one, the sessions. At once."""
    check_can_change_member(membership, by)
    if membership.role == Role.OWNER:
        check_is_not_last_owner(membership)
    before, now = facts_of(membership), timezone.now()
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])
    tokens = ApiToken.objects.filter(organisation=membership.organisation_id)
    tokens.filter(user=membership.user_id, revoked_at__isnull=True).update(revoked_at=now)
    if not Membership.objects.active().filter(user=membership.user_id).exists():
        sessions.end(membership.user)
    record(by, Action.MEMBER_REMOVED, membership, before=before, after=facts_of(membership))
    signals.member_removed.send(Membership, membership=membership, by=by)


@transaction.atomic
def add_machine(organisation: Organisation, *, name: str, role: Role, by: User) -> Membership:
    """Make a service account: a member that acts by tokens and never signs in."""
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    check_is_role_of_machine(role)
    label = slugify(name) or "machine"
    email = f"{label}-{secrets.token_hex(4)}@{organisation.slug}.service.invalid"
    user = User.objects.create_user(email, None, name=name, is_machine=True)
    made = Membership.objects.create(organisation=organisation, user=user, role=role)
    changed = {"before": facts_of(None), "after": facts_of(made)}
    record(by, Action.MACHINE_ADDED, made, role=str(role), **changed)
    return made


@transaction.atomic
def create_token(
    organisation: Organisation, *, by: User, name: str, days: int = 90, **more: Any
) -> str:
    """Return the new token's secret. It is shown once; only its SHA-256 stays.

    *more*: `scopes` (all of them unless given), `user` (a service account; *by* unless given).
    """
    user: User = more.get("user") or by
    scopes = cleaned(more.get("scopes", ALL))
    check_can_create_token(organisation, by, user)
    check_is_sensible_token(days, scopes)
    secret = f"gp_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        organisation=organisation,
        user=user,
        created_by=by,
        name=name,
        digest=ApiToken.digest_of(secret),
        tail=secret[-4:],
        scopes=scopes,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(by, Action.TOKEN_CREATED, token, person=user.pk, scopes=scopes)
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """End the token; its next request is refused."""
    check_can_revoke_token(token, by)
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(by, Action.TOKEN_REVOKED, token, person=token.user_id)


RULES = ["second_factor_required", "idle_minutes", "session_hours"]


def rules_of(organisation: Organisation) -> dict[str, Any]:
    """Return {rule: value} of signing in to the organisation."""
    return {name: getattr(organisation, name) for name in RULES}


@transaction.atomic
def set_sign_in_rules(organisation: Organisation, rules: dict[str, Any], *, by: User) -> None:
    """Say what signing in takes here and how long it lasts; holds from everybody's next request."""
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    check_are_sensible_rules(rules["idle_minutes"], rules["session_hours"])
    before = _as_words(rules_of(organisation))
    for name in RULES:
        setattr(organisation, name, rules[name])
    organisation.save(update_fields=RULES)
    record(by, Action.SIGN_IN_RULES_SET, organisation, before=before, after=_as_words(rules))


def _as_words(rules: dict[str, Any]) -> str:
    """The rules in signs that both languages read."""
    factor = "2FA ✓" if rules["second_factor_required"] else "2FA –"
    return f"{factor} · {rules['idle_minutes']} min · {rules['session_hours']} h"
