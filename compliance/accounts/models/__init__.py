"""Organisations, the people in them, and how they come in."""

from compliance.accounts.models.entering import (
    Factor,
    IdentityProvider,
    Invitation,
    Session,
)
from compliance.accounts.models.organisations import (
    ERASED,
    ClosingDay,
    DayCount,
    DefaultFilter,
    Membership,
    MembershipQuerySet,
    Organisation,
    OrganisationQuerySet,
    SavedFilter,
    SavedFilterQuerySet,
    SeverityDays,
    User,
    UserManager,
)
from compliance.accounts.models.tokens import ApiToken, ApiTokenQuerySet, TokenAddress

__all__ = [
    "ERASED",
    "ApiToken",
    "ApiTokenQuerySet",
    "ClosingDay",
    "DayCount",
    "DefaultFilter",
    "Factor",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "Organisation",
    "OrganisationQuerySet",
    "SavedFilter",
    "SavedFilterQuerySet",
    "Session",
    "SeverityDays",
    "TokenAddress",
    "User",
    "UserManager",
]
