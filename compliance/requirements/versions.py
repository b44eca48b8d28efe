"""Which version of a profile holds now, and how what was said of an older one is found again."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.requirements.models import (
    Adoption,
    Assessment,
    CarryOver,
    Comment,
    Crosswalk,
    CrosswalkEdge,
    Profile,
)
from compliance.shared.errors import Refused

# A person carries over once a year; a chain longer than this is a circle.
LONGEST_CHAIN = 100
FORMER_VERSION = _(
    "This belongs to a former version of the profile and can only be read. Go on in the new one."
)


def superseded(
    profile: str = "requirement__profile_id", organisation: str = "organisation_id"
) -> Exists:
    """Rows of a version that the organisation left behind. The arguments are paths of the row."""
    ended = Adoption.objects.filter(
        organisation_id=OuterRef(organisation),
        profile_id=OuterRef(profile),
        ended_at__isnull=False,
    )
    return Exists(ended)


def is_superseded(organisation_id: int, requirement_id: int) -> bool:
    return Adoption.objects.filter(
        organisation_id=organisation_id,
        profile__requirements=requirement_id,
        ended_at__isnull=False,
    ).exists()


def is_former(row: Any) -> bool:
    """*row* (with organisation_id, requirement_id) is of a former version. Asked once a row."""
    kept: dict[str, Any] = row.__dict__
    if "_is_former" not in kept:
        kept["_is_former"] = is_superseded(row.organisation_id, row.requirement_id)
    return bool(kept["_is_former"])


def check_is_of_current_version(row: Any) -> None:
    """Raise Refused when *row* is of a former version."""
    if is_former(row):
        raise Refused(FORMER_VERSION)


def of_current_profiles(organisation: Organisation) -> QuerySet[Profile]:
    """Profiles that the organisation works with now: what lists and pickers offer."""
    rows = Adoption.objects.current().filter(organisation=organisation)
    return Profile.objects.filter(pk__in=rows.values("profile_id"))


def addressed(
    assessments: QuerySet[Assessment], profile: str, code: str, version: str = ""
) -> Assessment | None:
    """Return the assessment at requirements/<profile>/<code>/.

    Without a *version* it is the current one's, and where that has no such code the newest former
    one's.
    """
    rows = assessments.filter(requirement__profile__identifier=profile, requirement__code=code)
    if version:
        rows = rows.filter(requirement__profile__version=version)
    mine = rows.filter(requirement__profile__adoptions__organisation=F("organisation"))
    adoption = "requirement__profile__adoptions"
    newest = (F(f"{adoption}__ended_at").desc(nulls_first=True), f"-{adoption}__adopted_at")
    ended = ExpressionWrapper(Q(**{f"{adoption}__ended_at__isnull": False}), BooleanField())
    # What `is_former` would ask for by itself.
    found = mine.order_by(*newest, "-requirement__profile__pk").annotate(_is_former=ended)
    return found.first()


def lineage(assessment: Assessment) -> list[int]:
    """Return the assessment's id and those of the former versions it goes on from, newest first."""
    chain = [assessment.pk]
    before = assessment.carried_from_id
    while before and len(chain) < LONGEST_CHAIN:
        chain.append(before)
        rows = Assessment.objects.filter(pk=before)
        before = rows.values_list("carried_from_id", flat=True).first()
    return chain


def history_of(assessment: Assessment) -> QuerySet[Entry]:
    """What happened to the assessment, in former versions too, newest first."""
    if not assessment.carried_from_id:
        return history(assessment)
    return Entry.objects.filter(
        organisation_id=assessment.organisation_id,
        target_kind=Assessment._meta.label_lower,
        target_id__in=lineage(assessment),
    ).order_by("-seq")


def comments_of(assessment: Assessment) -> QuerySet[Comment]:
    """What was said about the requirement, in former versions too, oldest first."""
    return Comment.objects.filter(assessment__in=lineage(assessment)).select_related("by")


def successor(assessment: Assessment) -> Assessment | None:
    """The assessment of the next version that goes on from this one."""
    rows = assessment.carried_to.select_related("requirement__profile")
    return rows.order_by("-pk").first()


def carry_over_from(organisation: Organisation, profile: Profile) -> CarryOver | None:
    """The step by which the organisation left *profile*."""
    rows = CarryOver.objects.filter(organisation=organisation, old=profile)
    return rows.select_related("old", "new", "by").first()


def reference(profile: Profile) -> str:
    """The profile as addresses and commands name it: identifier@version."""
    return f"{profile.identifier}@{profile.version}"


def named(profiles: Iterable[Profile], text: str, organisation: Organisation) -> Profile | None:
    """Find identifier@version; the organisation's own one before a shipped one."""
    identifier, _at, version = text.rpartition("@")
    found = [p for p in profiles if (p.identifier, p.version) == (identifier, version)]
    mine = [p for p in found if p.organisation_id == organisation.pk]
    return next(iter(mine or found), None)


def order_key(version: str) -> list[tuple[int, int, str]]:
    """Versions in their natural order: 0.9 before 0.10, 1.0-rc before 1.0.1."""
    parts = re.findall(r"\d+|[^\d.]+", version)
    return [(1, int(each), "") if each.isdecimal() else (0, 0, each) for each in parts]


def is_older(profile: Profile, than: Profile) -> bool:
    """Both are versions of one list, and *profile* came before."""
    same = profile.identifier == than.identifier
    return same and order_key(profile.version) < order_key(than.version)


def newer_versions(organisation: Organisation, user: User, profile: Profile) -> list[Profile]:
    """Versions of the same list that the organisation could go on to, the newest first."""
    rows = Profile.objects.visible_to(user).filter(identifier=profile.identifier)
    own = [row for row in rows if row.organisation_id in {None, organisation.pk}]
    newer = [row for row in own if is_older(profile, row)]
    return sorted(newer, key=lambda row: order_key(row.version), reverse=True)


def equal_codes(organisation: Organisation, old: Profile, new: Profile) -> set[tuple[str, str]]:
    """(old code, new code) that a crosswalk holds for equal, in one query."""
    mine = Crosswalk.objects.filter(organisation__isnull=True) | Crosswalk.objects.filter(
        organisation=organisation
    )
    rows = CrosswalkEdge.objects.filter(
        crosswalk__in=mine, relation=CrosswalkEdge.Relation.EQUAL
    ).order_by()
    straight = rows.filter(from_profile=old.identifier, to_profile=new.identifier)
    turned = rows.filter(from_profile=new.identifier, to_profile=old.identifier)
    edges = straight.values_list("from_code", "to_code")
    return set(edges.union(turned.values_list("to_code", "from_code")))
