"""Reads across a profile: the one place where readiness is computed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, FilteredRelation, OuterRef, Q, Subquery

from compliance.accounts.models import Organisation, User
from compliance.requirements import limits
from compliance.requirements.models import Adoption, Area, Assessment, Profile

Verdict = Assessment.Verdict

# Half a point for what is half done; what does not apply is left out; everything else counts
# nothing, inconclusive included.
POINTS = {Verdict.MET: 2, Verdict.PARTIAL: 1}


@dataclass(frozen=True, slots=True)
class Score:
    """Verdicts of a set of requirements, counted."""

    verdicts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.verdicts.values())

    @property
    def applicable(self) -> int:
        return self.total - self.verdicts.get(Verdict.NOT_APPLICABLE, 0)

    @property
    def percent(self) -> int:
        """Readiness from 0 to 100, rounded down: 100 means that nothing is missing."""
        if not self.applicable:
            return 100 if self.total else 0
        points = sum(POINTS.get(Verdict(v), 0) * n for v, n in self.verdicts.items())
        return points * 100 // (2 * self.applicable)

    def of(self, verdict: str) -> int:
        return self.verdicts.get(verdict, 0)

    def worked(self) -> "Worked":
        """The same number with the steps that lead to it."""
        return Worked(
            met=self.of(Verdict.MET),
            partial=self.of(Verdict.PARTIAL),
            left_out=self.of(Verdict.NOT_APPLICABLE),
            nothing=self.applicable - self.of(Verdict.MET) - self.of(Verdict.PARTIAL),
            total=self.total,
            applicable=self.applicable,
            percent=self.percent,
        )


@dataclass(frozen=True, slots=True)
class Worked:
    """The steps of a score: what counts 1, ½, nothing, and what is left out."""

    met: int
    partial: int
    nothing: int
    left_out: int
    total: int
    applicable: int
    percent: int

    @property
    def points(self) -> str:
        """Points as people write them: 12 or 12.5."""
        whole, half = divmod(2 * self.met + self.partial, 2)
        return f"{whole}.5" if half else str(whole)

    @property
    def exact(self) -> str:
        """The quotient before it is rounded down, with two decimals cut off."""
        if not self.applicable:
            return ""
        hundredths = (2 * self.met + self.partial) * 10_000 // (2 * self.applicable)
        return f"{hundredths // 100}.{hundredths % 100:02}"


@dataclass(frozen=True, slots=True)
class AreaScore:
    area: Area
    score: Score


@dataclass(frozen=True, slots=True)
class Readiness:
    """Readiness of an organisation against a profile, per area and overall."""

    areas: list[AreaScore] = field(default_factory=list)
    overall: Score = field(default_factory=lambda: Score({}))


def readiness(organisation: Organisation, profile: Profile) -> Readiness:
    """Count verdicts per area in one query. Page, chart, PDF and API all read this."""
    said = FilteredRelation(
        "requirements__assessments",
        condition=Q(requirements__assessments__organisation=organisation),
    )
    rows = (
        Area.objects.filter(profile=profile)
        .alias(said=said)
        .order_by("order", "pk")
        .values_list("pk", "code", "title_ko", "title_en", "order", "said__verdict")
        .annotate(number=Count("said"))
    )
    areas: dict[int, Area] = {}
    counted = []
    for pk, code, korean, english, order, verdict, number in rows:
        areas[pk] = Area(
            pk=pk, profile=profile, code=code, title_ko=korean, title_en=english, order=order
        )
        if number:
            counted.append((pk, verdict, number))
    return score(areas.values(), counted)


def score(areas: Iterable[Area], rows: Iterable[tuple[int, str, int]]) -> Readiness:
    """Add up (area id, verdict, number) rows."""
    per_area: dict[int, dict[str, int]] = {}
    overall: dict[str, int] = {}
    for area_id, verdict, number in rows:
        counts = per_area.setdefault(area_id, {})
        counts[verdict] = counts.get(verdict, 0) + number
        overall[verdict] = overall.get(verdict, 0) + number
    scored = [AreaScore(area, Score(per_area.get(area.pk, {}))) for area in areas]
    return Readiness(scored, Score(overall))


def adopted_profiles(organisation: Organisation) -> list[Profile]:
    """Profiles the organisation works with, the first one first."""
    rows = Profile.objects.filter(
        adoptions__organisation=organisation, adoptions__ended_at__isnull=True
    )
    # A newer version keeps the place of the one that it replaced.
    first = Adoption.objects.filter(
        organisation=organisation, profile__identifier=OuterRef("identifier")
    ).order_by("adopted_at")
    begun = rows.annotate(begun=Subquery(first.values("adopted_at")[:1]))
    return list(begun.select_related("platform").order_by("begun", "adoptions__adopted_at"))


def profiles_seen(organisation: Organisation, user: User) -> list[Profile]:
    """`adopted_profiles`; to who sees one application, the one that it asks for, former or not."""
    opened = limits.opened(user, organisation)
    if opened is None:
        return adopted_profiles(organisation)
    rows = Profile.objects.filter(pk__in=opened.values("profile"))
    return list(rows.select_related("platform"))


def chosen_profile(
    organisation: Organisation, identifier: str = "", *, user: User | None = None
) -> Profile | None:
    """Return the adopted profile with *identifier*, or the first one; of those that *user* sees."""
    profiles = profiles_seen(organisation, user) if user else adopted_profiles(organisation)
    named = [profile for profile in profiles if profile.identifier == identifier]
    return next(iter(named or profiles), None)
