"""Who may: every policy of every room begins here."""

from compliance.accounts.models import Membership, Organisation, User
from compliance.accounts.roles import Capability
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
