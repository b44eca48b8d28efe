"""How long a membership lasts, and the one application that it may be limited to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.actions import Action
from compliance.accounts.models import Invitation, Membership, Organisation, User
from compliance.accounts.policies import check_can_change_member, check_is_not_last_owner
from compliance.accounts.roles import LIMITABLE, Role
from compliance.audit.services import record
from compliance.shared.errors import Refused

_PAST = _("The last day is over already. Choose a later one; to end it at once, remove the member.")
_ROLE = _(
    "Only an internal auditor or a viewer can be limited to one application. "
    "Choose one of these roles, or no limit."
)
_UNKNOWN = _("Choose one of the organisation's applications.")

# {key: name} of an organisation's applications, newest first, in one query.
Source = Callable[[int], Mapping[int, str]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """The room of applications says what memberships can be limited to."""
    _sources[:] = [source]


def applications_of(organisation: Organisation | int) -> dict[int, str]:
    """What a membership can be limited to: {key: name}."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return {key: name for source in _sources for key, name in source(pk).items()}


def name_applications(organisation: Organisation, rows: Iterable[Membership | Invitation]) -> None:
    """Put `application` on rows, the name that theirs has; asks when any is limited."""
    limited = [each for each in rows if each.limited_to is not None]
    names = applications_of(organisation) if limited else {}
    for each in limited:
        each.__dict__["application"] = names.get(each.limited_to or 0, "")


@dataclass(frozen=True, slots=True)
class Terms:
    """The last day of a membership (inclusive) and its one application; None for neither."""

    ends_on: date | None = None
    limited_to: int | None = None


FREE = Terms()


def terms_of(membership: Membership | Invitation) -> Terms:
    return Terms(membership.ends_on, membership.limited_to)


def check_terms(organisation: int, role: str, terms: Terms) -> None:
    """Raise Refused unless a membership of *role* can have these terms."""
    if terms.ends_on is not None and terms.ends_on < timezone.localdate():
        raise Refused(_PAST)
    if terms.limited_to is None:
        return
    if role not in LIMITABLE:
        raise Refused(_ROLE)
    if terms.limited_to not in applications_of(organisation):
        raise Refused(_UNKNOWN)


@transaction.atomic
def set_terms(membership: Membership, terms: Terms, *, by: User) -> None:
    """Set, move or take away the last day and the limit; holds from the next request on."""
    check_can_change_member(membership, by)
    before = terms_of(membership)
    if terms == before:
        return
    check_terms(membership.organisation_id, membership.role, terms)
    if membership.role == Role.OWNER and terms.ends_on is not None:
        check_is_not_last_owner(membership)
    membership.ends_on, membership.limited_to = terms.ends_on, terms.limited_to
    membership.save(update_fields=["ends_on", "limited_to"])
    record_terms(membership, before, terms, by=by, person=membership.user_id)


def record_terms(
    target: Membership | Invitation, before: Terms, after: Terms, *, by: User, person: int = 0
) -> None:
    """Write into the log what of the terms changed; *person* hears of it."""
    hears = {"person": person} if person else {}
    if after.ends_on and after.ends_on != before.ends_on:
        record(by, Action.LAST_DAY_SET, target, day=after.ends_on.isoformat(), **hears)
    elif before.ends_on and not after.ends_on:
        record(by, Action.LAST_DAY_CLEARED, target, day=before.ends_on.isoformat(), **hears)
    names = applications_of(target.organisation_id)
    if after.limited_to and after.limited_to != before.limited_to:
        name = names.get(after.limited_to, "")
        record(by, Action.LIMITED, target, application=name, key=after.limited_to, **hears)
    elif before.limited_to and not after.limited_to:
        name = names.get(before.limited_to, "")
        record(by, Action.LIMIT_LIFTED, target, application=name, key=before.limited_to, **hears)
