"""Who may: every policy of every room begins here."""

from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, SavedFilter, User
from compliance.accounts.roles import CAPABILITIES, Capability, Role
from compliance.shared.errors import ASK_AN_OWNER, Unauthorised


def membership_of(user: User, organisation: Organisation | int) -> Membership | None:
    """Return the active membership, kept on *user* for the length of the request."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    kept: dict[int, Membership | None] = user.__dict__.setdefault("_memberships", {})
    if pk not in kept:
        kept[pk] = Membership.objects.active().filter(user=user, organisation_id=pk).first()
    return kept[pk]


def membership_at(user: User, slug: str) -> Membership | None:
    """Return the active membership in the organisation of an address, with it, in one query."""
    rows = Membership.objects.active().filter(user_id=user.pk, organisation__slug=slug)
    found = rows.select_related("organisation").first()
    if found is not None:
        user.__dict__.setdefault("_memberships", {})[found.organisation_id] = found
    return found


def can(user: User, organisation: Organisation | int, capability: Capability) -> bool:
    membership = membership_of(user, organisation)
    return membership is not None and membership.includes(capability)


def check_can(user: User, organisation: Organisation | int, capability: Capability) -> None:
    """Raise Unauthorised unless the person's role in the organisation includes *capability*."""
    if not can(user, organisation, capability):
        raise Unauthorised(ASK_AN_OWNER)


def check_is_member(user: User, organisation: Organisation | int) -> None:
    if membership_of(user, organisation) is None:
        raise Unauthorised(ASK_AN_OWNER)


def check_can_keep_filter(organisation: Organisation, user: User, *, shared: bool) -> None:
    """Everybody keeps filters; who only reads does not put one on everybody's list."""
    check_is_member(user, organisation)
    membership = membership_of(user, organisation)
    if shared and membership and not CAPABILITIES[Role(membership.role)]:
        raise Unauthorised(_("Your role keeps filters for itself. Save it without sharing."))


def can_manage_filters(organisation: Organisation | int, user: User) -> bool:
    return can(user, organisation, Capability.PEOPLE_MANAGE)


def check_can_change_filter(kept: SavedFilter, user: User) -> None:
    """One's own; a shared one also by who manages people."""
    own = kept.user_id == user.pk and membership_of(user, kept.organisation_id) is not None
    if not own and not can_manage_filters(kept.organisation_id, user):
        raise Unauthorised(_("Only who made this filter, or an owner, may change it."))


def check_can_set_clocks(organisation: Organisation, user: User) -> None:
    """Who accepts risks says how long a gap may stay open."""
    check_can(user, organisation, Capability.RISK_ACCEPT)
