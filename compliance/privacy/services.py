"""Verbs: take along what is kept about a person, erase it, end what the law had kept."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from django.apps import apps
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import translation

from compliance.accounts import locking, sessions
from compliance.accounts.models import ERASED, Invitation, Membership, Organisation, User
from compliance.audit import erasing, opening
from compliance.audit.services import Named, record
from compliance.oversight.models import Retention
from compliance.privacy import exporting, policies, sweeping
from compliance.privacy.actions import Action

# What is the person's own and nobody else's: it goes with them.
_OWN = [
    "mfa.Authenticator",
    "account.EmailAddress",
    "socialaccount.SocialAccount",
    "accounts.ApiToken",
    "accounts.DefaultFilter",
    "notices.Notice",
    "notices.Delivery",
    "notices.Preference",
    "remediation.Watcher",
    "remediation.CalendarFeed",
]


def organisations_of(user: User) -> list[Organisation]:
    """Where the person is or was a member."""
    return list(Organisation.objects.filter(memberships__user=user).distinct().order_by("pk"))


@transaction.atomic
def export_own(user: User, *, by: Named) -> bytes:
    """Return a ZIP of everything that is kept about the person."""
    return _export(user, organisations_of(user), by)


@transaction.atomic
def export_leaver(user: User, organisation: Organisation, *, by: User) -> bytes:
    """Return a ZIP of what this one organisation keeps about somebody who has left it."""
    policies.check_can_export(user, organisation, by)
    return _export(user, [organisation], by)


def _export(user: User, organisations: list[Organisation], by: Named) -> bytes:
    for each in organisations:
        membership = Membership.objects.get(organisation=each, user=user)
        record(by, Action.EXPORTED, membership, person=user.pk)
    return exporting.archive(user, organisations)


@transaction.atomic
def erase(user: User, organisation: Organisation, *, by: User) -> dict[str, int]:
    """Erase a leaver for good; return {model: rows in which a pseudonym stands now}."""
    policies.check_can_erase(user, organisation, by)
    return _erase(user, by)


@transaction.atomic
def erase_anywhere(user: User, *, by: Named) -> dict[str, int]:
    """The same by whoever runs the portal, of all organisations."""
    policies.check_has_left(user)
    return _erase(user, by)


def _erase(user: User, by: Named) -> dict[str, int]:
    mails = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    called = erasing.called(user.pk)
    names = {user.name, *(each for each in called if "@" not in each)}
    mails |= called - names
    counts: dict[str, int] = {}
    for organisation in organisations_of(user):
        erased = _as_erased(user, names - _borne(names, user, organisation), mails)
        for label, count in sweeping.sweep(organisation.pk, erased).items():
            counts[label] = counts.get(label, 0) + count
        kept = Retention.objects.filter(organisation=organisation).first() or Retention()
        erasing.erase(organisation, user.pk, names | mails, years=kept.years, by=by)
    _end_sign_in(user, mails)
    return counts


def _as_erased(user: User, names: Iterable[str], mails: Iterable[str]) -> sweeping.Erased:
    # One text for readers of both languages, in the first one of the portal.
    with translation.override("ko"):
        name = opening.pseudonym(user.pk)
    return sweeping.Erased(names, mails, name, opening.mail_of_nobody(user.pk))


def _borne(names: set[str], user: User, organisation: Organisation) -> set[str]:
    """Names that somebody else of the organisation bears too: in a text they may mean them."""
    others = User.objects.filter(memberships__organisation=organisation, name__in=names)
    return set(others.exclude(pk=user.pk).values_list("name", flat=True))


def _end_sign_in(user: User, mails: set[str]) -> None:
    sessions.end(user)
    for label in _OWN:
        apps.get_model(label)._base_manager.filter(user=user).delete()
    user.saved_filters.filter(shared=False).delete()
    Invitation.objects.filter(_any_of(mails)).delete()
    for mail in mails:
        key = locking.name_key(mail)
        ratelimit.clear(
            HttpRequest(), app=locking.APP, action=locking.ACTION, config=locking.rate(), key=key
        )
    User.objects.filter(pk=user.pk).update(
        name=f"{ERASED}{user.pk}",
        email=opening.mail_of_nobody(user.pk),
        title="",
        password=UNUSABLE_PASSWORD_PREFIX,
        is_active=False,
        locked_until=None,
    )


def _any_of(mails: set[str]) -> Q:
    found = Q(pk__in=[])
    for mail in mails:
        found |= Q(email__iexact=mail)
    return found


def end_kept() -> int:
    """Remove what was kept for as long as the law asked; return of how many people."""
    over = sorted(erasing.over())
    for organisation_id, person_id in over:
        erasing.end_kept(Organisation.objects.get(pk=organisation_id), person_id)
    return len(over)


def what_is_there(user: User, organisation: Organisation) -> dict[str, Any]:
    """What the page of an erasure says before it is done."""
    return {
        "written": exporting.counts(user, organisation),
        "years": (Retention.objects.filter(organisation=organisation).first() or Retention()).years,
        "shares_name": bool(_borne({user.name}, user, organisation)),
    }
