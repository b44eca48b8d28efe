"""Who may: every policy of every room begins here."""

from django.conf import settings
from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import ApiToken, Membership, Organisation, SavedFilter, User
from compliance.accounts.roles import LIMITABLE, Capability, Role
from compliance.shared.errors import ASK_AN_OWNER, Refused, Unauthorised, filled

API_ASKS_AGAIN = _(
    "This asks who you are again. Sign in on the portal's pages and do it there, or use an API token."
)


def membership_of(user: User, organisation: Organisation | int) -> Membership | None:
    """Return the active membership, kept on *user* for the length of the request."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    kept: dict[int, Membership | None] = user.__dict__.setdefault("_memberships", {})
    if pk not in kept:
        kept[pk] = Membership.objects.active().filter(user=user, organisation_id=pk).first()
    return kept[pk]


def membership_at(user: User, slug: str) -> Membership | None:
    """Return the active membership in the organisation of an address, with it, in one query."""
    mine = Membership.objects.active().filter(user_id=user.pk)
    limited = Exists(Membership.objects.limited().filter(user_id=user.pk))
    rows = mine.filter(organisation__slug=slug).annotate(anywhere_limited=limited)
    found = rows.select_related("organisation").first()
    if found is not None:
        keep(user, found, limited=found.__dict__["anywhere_limited"])
    return found


def keep(user: User, membership: Membership, *, limited: bool) -> None:
    """Keep for this request what was found; *limited*: whether any membership of theirs is."""
    user.__dict__.setdefault("_memberships", {})[membership.organisation_id] = membership
    user.__dict__["_limited"] = limited


def is_never_limited(user: User) -> bool:
    """Whether this request has found that the person sees all of their organisations whole."""
    return user.__dict__.get("_limited") is False


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
    if shared and membership and (membership.is_limited or not membership.capabilities):
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


LONGEST_TOKEN = 366
SHORTEST_IDLE = 5


def check_can_change_member(membership: Membership, user: User) -> None:
    """Owners say who has which role; nobody does it to themselves, or four eyes become two."""
    check_can(user, membership.organisation_id, Capability.PEOPLE_MANAGE)
    if membership.user_id == user.pk:
        raise Refused(_("Another owner has to change or end your own membership."))


def check_is_not_last_owner(membership: Membership) -> None:
    """One whose own membership has a last day does not count: after it nobody would be left."""
    owners = Membership.objects.people().filter(
        organisation=membership.organisation_id, role=Role.OWNER, ends_on__isnull=True
    )
    if not owners.exclude(pk=membership.pk).exists():
        raise Refused(_("The organisation needs an owner. Make somebody else one first."))


def check_fits_limit(membership: Membership, role: Role) -> None:
    """Who sees one application alone gets no role that manages or works beyond it."""
    if membership.is_limited and role not in LIMITABLE:
        sentence = _(
            "This member is limited to one application. Lift the limit, then change the role."
        )
        raise Refused(sentence)


def check_is_role_of_machine(role: Role) -> None:
    """A service account manages no people and reviews nothing: that is signed by a person."""
    if role in {Role.OWNER, Role.AUDITOR}:
        raise Refused(_("A service account cannot be an owner or an auditor. Take another role."))


def check_can_create_token(organisation: Organisation, by: User, user: User) -> None:
    """Everybody for themselves; for a service account who manages people."""
    check_is_member(by, organisation)
    if user.pk == by.pk:
        return
    check_can(by, organisation, Capability.PEOPLE_MANAGE)
    if not user.is_machine or membership_of(user, organisation) is None:
        raise Unauthorised(_("A token of a person is made by that person alone."))


def check_is_sensible_token(days: int, scopes: list[str]) -> None:
    if not 1 <= days <= LONGEST_TOKEN:
        raise Refused(_("A token is valid for 1 to 366 days."))
    if not scopes:
        raise Refused(_("Choose at least one scope: without one the token opens nothing."))


def check_can_revoke_token(token: ApiToken, user: User) -> None:
    if token.user_id != user.pk:
        check_can(user, token.organisation_id, Capability.PEOPLE_MANAGE)


def check_are_sensible_rules(idle_minutes: int, session_hours: int) -> None:
    longest_idle = settings.SESSION_IDLE_MINUTES
    longest = settings.SESSION_COOKIE_AGE // 3600
    if not SHORTEST_IDLE <= idle_minutes <= longest_idle:
        limits = {"least": SHORTEST_IDLE, "most": longest_idle}
        sentence = _("Minutes without use: from %(least)s to %(most)s.")
        raise Refused(filled(sentence, **limits))
    if not 1 <= session_hours <= longest:
        raise Refused(filled(_("Hours after signing in: from 1 to %(most)s."), most=longest))
