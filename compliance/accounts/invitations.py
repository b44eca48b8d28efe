"""How people join: by a link that an owner has mailed, once, until a day."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from compliance.accounts import mailing
from compliance.accounts.actions import Action
from compliance.accounts.limits import FREE, Terms, check_terms, record_terms
from compliance.accounts.models import Invitation, Membership, Organisation, User
from compliance.accounts.policies import check_can
from compliance.accounts.roles import Capability, Role
from compliance.accounts.services import facts_of
from compliance.audit.services import record
from compliance.shared.errors import Refused, Unauthorised

DAYS = 7
_ALREADY = _("This person is a member already. Change their role in the list of members.")
_OVER = _(
    "This invitation is no longer open: it was used, withdrawn, or its time is over. "
    "Ask for a new one."
)
_OTHER = _("This invitation is for another e-mail address. Sign out and open the link again.")


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation; *link* is empty when it was mailed, else to be handed over once."""

    invitation: Invitation
    link: str


def invite(
    organisation: Organisation, *, email: str, role: Role, by: User, terms: Terms = FREE
) -> Sent:
    """Invite *email* to join as *role*. An open invitation of the same address is replaced."""
    invitation, secret = _make(organisation, email.lower(), role, by, terms)
    link = settings.PUBLIC_URL + reverse("accounts:invitation", kwargs={"secret": secret})
    facts = {
        "url": link,
        "organisation": organisation.name,
        "inviter": by.name,
        "role": Role(role).label,
        "until": date_format(timezone.localtime(invitation.expires_at), "Y-m-d H:i"),
    }
    known = User.objects.filter(email=invitation.email).values_list("language", flat=True)
    # The network stays outside of the transaction.
    language = known.first() or by.language
    mailed = mailing.send("invitation", invitation.email, facts, language=language)
    return Sent(invitation, "" if mailed else link)


@transaction.atomic
def _make(
    organisation: Organisation, email: str, role: Role, by: User, terms: Terms
) -> tuple[Invitation, str]:
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    check_terms(organisation.pk, role, terms)
    members = Membership.objects.active().filter(organisation=organisation)
    if members.filter(user__email=email).exists():
        raise Refused(_ALREADY)
    open_ = Invitation.objects.open().filter(organisation=organisation, email=email)
    open_.update(revoked_at=timezone.now())
    secret = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        digest=digest_of(secret),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=DAYS),
        ends_on=terms.ends_on,
        limited_to=terms.limited_to,
    )
    record(by, Action.INVITED, made, role=str(role))
    record_terms(made, FREE, terms, by=by)
    return made, secret


def digest_of(secret: str) -> str:
    return hashlib.sha256(f"invitation {secret}".encode()).hexdigest()


def find(secret: str) -> Invitation | None:
    """Return the open invitation that this link is for."""
    rows = Invitation.objects.open().select_related("organisation", "invited_by")
    return rows.filter(digest=digest_of(secret)).first()


def has_account(email: str) -> bool:
    return User.objects.filter(email=email).exists()


@transaction.atomic
def revoke(invitation: Invitation, *, by: User) -> None:
    check_can(by, invitation.organisation_id, Capability.PEOPLE_MANAGE)
    open_ = Invitation.objects.open().filter(pk=invitation.pk)
    if not open_.update(revoked_at=timezone.now()):
        raise Refused(_OVER)
    record(by, Action.INVITATION_REVOKED, invitation)


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Membership:
    """Make the person a member; of two who use one link at the same time, one comes in."""
    if user.email != invitation.email:
        raise Unauthorised(_OTHER)
    open_ = Invitation.objects.open().filter(pk=invitation.pk)
    if not open_.update(accepted_at=timezone.now()):
        raise Refused(_OVER)
    rows = Membership.objects.select_for_update()
    former = rows.filter(organisation=invitation.organisation, user=user).first()
    before = facts_of(former)
    membership, _created = Membership.objects.update_or_create(
        organisation=invitation.organisation,
        user=user,
        defaults={
            "role": invitation.role,
            "ended_at": None,
            "ends_on": invitation.ends_on,
            "limited_to": invitation.limited_to,
        },
    )
    user.__dict__.pop("_memberships", None)
    heard = {"person": invitation.invited_by_id, "role": invitation.role}
    changed = {"before": before, "after": facts_of(membership)}
    record(user, Action.INVITATION_ACCEPTED, membership, **heard, **changed)
    return membership


@transaction.atomic
def join(
    invitation: Invitation,
    *,
    name: str,
    title: str = "",
    password: str | None,
    language: str = "ko",
) -> User:
    """Make the account of somebody new and accept; with no password they sign in by SSO."""
    user = User.objects.create_user(
        invitation.email, password, name=name, title=title, language=language
    )
    accept(invitation, user)
    return user
