"""What the library of profiles shows: every profile at hand, and one of them in full."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.requirements.models import (
    Adoption,
    Area,
    CrosswalkEdge,
    EvidenceKind,
    Profile,
    Requirement,
)
from compliance.requirements.models.profiles import shown_value
from compliance.requirements.related import Relation, current_crosswalks, inverse

Provenance = Requirement.Provenance
UNITS: dict[str, "str | Promise"] = {
    "s": pgettext_lazy("unit", "seconds"),
    "min": pgettext_lazy("unit", "minutes"),
    "h": pgettext_lazy("unit", "hours"),
    "d": pgettext_lazy("unit", "days"),
    "KST": pgettext_lazy("unit", "Korean time"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """One profile of the library, counted."""

    profile: Profile
    provenance: list[tuple[str, "str | Promise", int]]
    adopted: bool = False
    # The version of the same profile that is worked with instead, if any.
    other_version: str = ""

    @property
    def total(self) -> int:
        return sum(number for _value, _label, number in self.provenance)


def at_hand(organisation: Organisation, user: User) -> QuerySet[Profile]:
    """Shipped profiles and those of this organisation, not of another one of the person's."""
    return (
        Profile.objects.visible_to(user)
        .filter(Q(organisation__isnull=True) | Q(organisation=organisation))
        .select_related("platform")
    )


def shelves(organisation: Organisation, profiles: Iterable[Profile]) -> list[Shelf]:
    """Two queries for any number of profiles."""
    profiles = list(profiles)
    rows = Requirement.objects.filter(profile__in=profiles).order_by()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, value, number in rows.values_list("profile_id", "provenance").annotate(n=Count("pk")):
        counts[pk][value] = number
    adopted = {
        each.profile_id: each.profile
        for each in Adoption.objects.current()
        .filter(organisation=organisation)
        .select_related("profile")
    }
    versions = {each.identifier: each.version for each in adopted.values()}
    return [
        Shelf(
            profile,
            [
                (value, label, counts[profile.pk].get(value, 0))
                for value, label in Provenance.choices
            ],
            profile.pk in adopted,
            "" if profile.pk in adopted else versions.get(profile.identifier, ""),
        )
        for profile in profiles
    ]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the value in force and those before and after it, each with its first day."""

    name: str
    title: str
    unit: "str | Promise"
    value: str
    since: str = ""
    coming: list[tuple[str, str]] = field(default_factory=list)
    former: list[tuple[str, str]] = field(default_factory=list)


def parameters(profile: Profile) -> list[Parameter]:
    today = timezone.localdate().isoformat()
    shown = [_parameter(name, kept, today) for name, kept in profile.parameters.items()]
    return sorted(shown, key=lambda each: each.title or each.name)


def _parameter(name: str, kept: dict[str, Any], today: str) -> Parameter:
    values = [(each.get("from") or "", shown_value(each["value"])) for each in kept["values"]]
    begun = [each for each in values if each[0] <= today]
    since, value = begun[-1] if begun else ("", "")
    first, second = kept["title_ko"], kept["title_en"]
    if get_language() != "ko":
        first, second = second, first
    return Parameter(
        name=name,
        title=first or second,
        unit=UNITS.get(kept["unit"], kept["unit"]),
        value=value,
        since=since,
        coming=values[len(begun) :],
        former=begun[:-1],
    )


@dataclass(frozen=True, slots=True)
class Bridge:
    """Edges of one crosswalk between the profile and one other, counted by relation."""

    crosswalk: Any
    other: str
    title: str
    counts: list[tuple[str, "str | Promise", int]]

    @property
    def total(self) -> int:
        return sum(number for _value, _label, number in self.counts)


def bridges(profile: Profile, organisation: Organisation) -> list[Bridge]:
    """Crosswalks that touch the profile, in three queries; relations read from its side."""
    crosswalks = current_crosswalks(organisation)
    rows = (
        _touching(profile)
        .filter(crosswalk__in=list(crosswalks))
        .order_by()
        .values_list("crosswalk_id", "from_profile", "to_profile", "relation")
        .annotate(n=Count("pk"))
    )
    counted: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pk, left, right, relation, number in rows:
        here = left == profile.identifier
        seen = relation if here else inverse(relation)
        counted[pk, right if here else left][str(seen)] += number
    names = {other for _pk, other in counted}
    titles = {
        each.identifier: each.title
        for each in Profile.objects.filter(identifier__in=names).order_by("version")
    }
    return [
        Bridge(
            crosswalks[pk],
            other,
            titles.get(other, other),
            [(str(v), label, numbers[v]) for v, label in Relation.choices if numbers.get(v)],
        )
        for (pk, other), numbers in sorted(counted.items(), key=lambda each: each[0])
    ]


def edges(profile: Profile, organisation: Organisation, crosswalk: int) -> QuerySet[CrosswalkEdge]:
    """Edges of one crosswalk that touch the profile; none of another organisation's."""
    chosen = {crosswalk} & set(current_crosswalks(organisation))
    return _touching(profile).filter(crosswalk__in=chosen).order_by("pk")


def _touching(profile: Profile) -> QuerySet[CrosswalkEdge]:
    name = profile.identifier
    return CrosswalkEdge.objects.filter(Q(from_profile=name) | Q(to_profile=name))


def found(profile: Profile, *, area: str = "", provenance: str = "", q: str = "") -> Any:
    """Requirements of the profile in its own order; a filter that is empty filters nothing."""
    rows = profile.requirements.select_related("area", "parent").prefetch_related("evidence_kinds")
    if area:
        rows = rows.filter(area__code=area)
    if provenance:
        rows = rows.filter(provenance=provenance)
    for word in q.split():
        rows = rows.filter(
            Q(code__icontains=word)
            | Q(title_ko__icontains=word)
            | Q(title_en__icontains=word)
            | Q(statement_ko__icontains=word)
            | Q(statement_en__icontains=word)
        )
    return rows.order_by("area__order", "order", "pk")


def areas(profile: Profile) -> QuerySet[Area]:
    return profile.areas.annotate(number=Count("requirements")).order_by("order")


def kinds(profile: Profile) -> QuerySet[EvidenceKind]:
    return profile.evidence_kinds.annotate(number=Count("requirements")).order_by("title_ko")


def provenance_codes(profile: Profile) -> list[tuple[str, str]]:
    """Return (code, what it means in the reader's language)."""
    first, second = ("ko", "en") if get_language() == "ko" else ("en", "ko")
    return [
        (code, words.get(first) or words.get(second, ""))
        for code, words in profile.provenance_codes.items()
    ]
