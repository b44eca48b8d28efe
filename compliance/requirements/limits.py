"""What a membership that is limited to one application sees: that application's requirements.

Applications are a room above, so it registers which of them are open to a person; every room from
here up asks `within` in its `visible_to`. What does not ask shows a limited member nothing.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.policies import is_never_limited, membership_of

# Rows with `organisation_id` and `profile`: the applications to which the person is limited.
Opened = Callable[[User], QuerySet[Any]]
_opened: list[Opened] = []


def register(opened: Opened) -> None:
    """The room of applications says which of them the limited memberships of a person open."""
    _opened[:] = [opened]


def opened(user: User, organisation: Organisation) -> QuerySet[Any] | None:
    """The application to which the person's membership here is limited; None when it is not."""
    membership = membership_of(user, organisation)
    if membership is None or not membership.is_limited:
        return None
    rows = Membership.objects.none()
    return next((each(user).filter(organisation=organisation) for each in _opened), rows)


def whole(user: User) -> Q:
    """Rows of organisations that the person sees whole."""
    mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
    return Q(organisation_id__in=mine)


def whole_here(organisation: Organisation, user: User) -> Q:
    """All rows of one organisation, if the person sees it whole. Asked once and not of each row.

    So an index that begins with the organisation gives rows in its own order, and a page of them
    is read without sorting the others.
    """
    mine = Membership.objects.whole().filter(user_id=user.pk, organisation=organisation)
    return Q(organisation=organisation) & Q(Exists(mine))


def within(user: User) -> Q:
    """Rows with `organisation_id` and `requirement_id` that the person sees."""
    return _or_opened(user, profile__requirements=OuterRef("requirement_id"))


def inside(organisation: Organisation, user: User) -> Q:
    """The same rows, of one organisation."""
    if is_never_limited(user):
        return whole_here(organisation, user)
    return Q(organisation=organisation) & within(user)


def profiles(user: User) -> Q:
    """Profiles: shipped ones are everybody's, an imported one is its organisation's."""
    return Q(organisation__isnull=True) | _or_opened(user, profile=OuterRef("pk"))


def _or_opened(user: User, **related: OuterRef) -> Q:
    """In SQL. Left out for who has no limit anywhere: an index alone answers the left side."""
    seen = whole(user)
    if is_never_limited(user):
        return seen
    for opened in _opened:
        own = opened(user).filter(organisation_id=OuterRef("organisation_id"), **related)
        seen |= Q(Exists(own))
    return seen
