"""Which requirements of other adopted profiles speak of the same thing, and how it is known.

Only proposals come of it: what a statement or an evidence says elsewhere is never copied by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from compliance.accounts.models import Organisation
from compliance.requirements.models import (
    Assessment,
    Crosswalk,
    CrosswalkEdge,
    Profile,
    Requirement,
)

Relation = CrosswalkEdge.Relation
_INVERSE = {Relation.SUBSET: Relation.SUPERSET, Relation.SUPERSET: Relation.SUBSET}
# Closest first.
_RANK = {
    Relation.EQUAL: 0,
    Relation.SUBSET: 1,
    Relation.SUPERSET: 2,
    Relation.INTERSECTS: 3,
}
OWN = "own-relations"
# Of requirements that only meet in a baseline, those that share most are proposed.
SHARED_SHOWN = 6


@dataclass(frozen=True, order=True)
class Item:
    """An item of a profile by name; it need not be loaded."""

    profile: str
    code: str


@dataclass(frozen=True, slots=True)
class Step:
    """One edge as it is read from *start*."""

    edge: CrosswalkEdge
    start: Item
    relation: CrosswalkEdge.Relation
    end: Item


@dataclass(frozen=True, slots=True)
class Related:
    """A requirement of another adopted profile.

    `relation` reads from the requirement that was asked about: it is contained in this one.
    `paths` has one step each, or two where both only meet in an item of a baseline.
    """

    requirement: Requirement
    relation: CrosswalkEdge.Relation
    paths: list[list[Step]] = field(default_factory=list)
    assessment: Assessment | None = None
    # How much both share in baselines: an item that few others name counts more.
    weight: float = 0.0

    @property
    def is_direct(self) -> bool:
        return len(self.paths[0]) == 1

    @property
    def edge(self) -> CrosswalkEdge:
        return self.paths[0][0].edge

    @property
    def rationale(self) -> str:
        return self.edge.rationale if self.is_direct else ""

    @property
    def source(self) -> str:
        return self.edge.source or self.edge.crosswalk.source

    @property
    def through(self) -> list[Item]:
        """The baseline items in which both meet."""
        return [path[0].end for path in self.paths if len(path) > 1]

    @property
    def is_own(self) -> bool:
        """Stated by somebody of the organisation, who can take it back."""
        return self.is_direct and self.edge.crosswalk.organisation_id is not None


def inverse(relation: str) -> CrosswalkEdge.Relation:
    """Return the relation as it reads from the other side."""
    return _INVERSE.get(Relation(relation), Relation(relation))


def related(
    requirement: Requirement, organisation: Organisation, names: set[str] | None = None
) -> list[Related]:
    """Return related requirements of the other profiles worked with, closest first.

    *names* are the identifiers of all of them, where the caller knows them (`worked_with`).

    An edge counts in both directions. Two that only share items of a baseline overlap, which is
    the weaker proposal: the six that share most follow. Five queries, however many there are.
    """
    names = names or worked_with(organisation)
    here = Item(requirement.profile.identifier, requirement.code)
    if not names - {here.profile}:
        return []
    crosswalks = current_crosswalks(organisation)
    first = list(_steps(crosswalks, [here]))
    baselines = _baselines(organisation)
    shared = [step for step in first if step.end.profile in baselines]
    paths: dict[Item, list[list[Step]]] = defaultdict(list)
    for step in first:
        paths[step.end].append([step])
    for second in _steps(crosswalks, [step.end for step in shared]):
        if second.end.profile == here.profile or len(paths.get(second.end, [[]])[0]) == 1:
            continue
        way = next(step for step in shared if step.end == second.start)
        paths[second.end].append([way, second])
    found = _found(paths, organisation, names)
    direct = [each for each in found if each.is_direct]
    return [*direct, *[each for each in found if not each.is_direct][:SHARED_SHOWN]]


def worked_with(organisation: Organisation) -> set[str]:
    """Identifiers of the profiles that the organisation works with."""
    rows = organisation.adoptions.filter(ended_at__isnull=True)
    return set(rows.values_list("profile__identifier", flat=True))


def _baselines(organisation: Organisation) -> set[str]:
    rows = Profile.objects.filter(
        Q(organisation__isnull=True) | Q(organisation=organisation), status=Profile.Status.BASELINE
    )
    return set(rows.order_by().values_list("identifier", flat=True))


def current_crosswalks(organisation: Organisation) -> dict[int, Crosswalk]:
    """The newest loaded version of each crosswalk, shipped and the organisation's own."""
    rows = Crosswalk.objects.filter(
        Q(organisation__isnull=True) | Q(organisation=organisation)
    ).order_by("loaded_at", "pk")
    newest = {(row.identifier, row.organisation_id): row for row in rows}
    return {row.pk: row for row in newest.values()}


def _steps(crosswalks: dict[int, Crosswalk], items: Iterable[Item]) -> Iterator[Step]:
    """Every edge that touches one of *items*, read from there."""
    wanted = set(items)
    codes: dict[str, set[str]] = defaultdict(set)
    for item in wanted:
        codes[item.profile].add(item.code)
    touching = Q(pk__in=[])
    for profile, names in sorted(codes.items()):
        touching |= Q(from_profile=profile, from_code__in=sorted(names))
        touching |= Q(to_profile=profile, to_code__in=sorted(names))
    for edge in CrosswalkEdge.objects.filter(touching, crosswalk__in=list(crosswalks)):
        edge.crosswalk = crosswalks[edge.crosswalk_id]
        start, end = (
            Item(edge.from_profile, edge.from_code),
            Item(edge.to_profile, edge.to_code),
        )
        if start in wanted:
            yield Step(edge, start, Relation(edge.relation), end)
        if end in wanted:
            yield Step(edge, end, inverse(edge.relation), start)


def _found(
    paths: dict[Item, list[list[Step]]], organisation: Organisation, names: set[str]
) -> list[Related]:
    """Look up what of *paths* belongs to profiles worked with, and what is said of it."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for item in paths:
        if item.profile in names:
            wanted[item.profile].append(item.code)
    chosen = Q(pk__in=[])
    for profile, codes in wanted.items():
        chosen |= Q(requirement__profile__identifier=profile, requirement__code__in=codes)
    rows = Assessment.objects.filter(
        chosen,
        organisation=organisation,
        requirement__profile__adoptions__organisation=organisation,
        requirement__profile__adoptions__ended_at__isnull=True,
    ).select_related("requirement__profile", "requirement__area", "updated_by")
    crowd = Counter(way[0].end for ways in paths.values() for way in ways if len(way) > 1)
    found = [_related(row, paths, crowd) for row in rows]
    return sorted(
        found,
        key=lambda each: (
            not each.is_direct,
            _RANK[each.relation],
            -each.weight,
            each.requirement.profile_id,
            each.requirement.order,
        ),
    )


def _related(row: Assessment, paths: dict[Item, list[list[Step]]], crowd: Counter[Item]) -> Related:
    ways = paths[Item(row.requirement.profile.identifier, row.requirement.code)]
    direct = [way for way in ways if len(way) == 1]
    if not direct:
        weight = sum(1 / crowd[way[0].end] for way in ways)
        return Related(row.requirement, Relation.INTERSECTS, ways, row, weight)
    # What the organisation itself says of the two goes before what we ship.
    direct.sort(key=lambda way: way[0].edge.crosswalk.organisation_id is None)
    return Related(row.requirement, direct[0][0].relation, direct, row)


def related_to(assessment: Assessment) -> list[Related]:
    """`related` of the assessment's requirement, kept on it for the panels of one page."""
    kept: list[Related] | None = assessment.__dict__.get("_related")
    if kept is None:
        kept = related(assessment.requirement, assessment.organisation, names_for(assessment))
        assessment.__dict__["_related"] = kept
    return kept


def names_for(assessment: Assessment) -> set[str]:
    """`worked_with`, kept on the assessment likewise."""
    kept: set[str] | None = assessment.__dict__.get("_worked_with")
    if kept is None:
        kept = worked_with(assessment.organisation)
        assessment.__dict__["_worked_with"] = kept
    return kept
