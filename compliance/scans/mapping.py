"""From a rule's references to requirements: by data, resolved once a rule, with the path kept.

The most specific level of reference decides; edges of that level are all kept. A rule without an
edge stays unmapped and is listed as such: there is no default requirement.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet

from compliance.requirements.models import Adoption, Profile, Requirement
from compliance.scans import meanings
from compliance.scans.models import (
    Finding,
    MappingChoice,
    MappingEdge,
    MappingSet,
    RefLink,
    Rule,
    RuleMapping,
)
from compliance.shared import bulk
from compliance.shared.severity import Severity

HOPS = 2
BATCH = 2000

# How precisely a reference names a check: (exact, by prefix). Checks of a tool's own come first,
# then identifiers of catalogues, then what is wrong in general, then families.
_LEVELS = {
    "cce": (90, 50),
    "cci": (90, 50),
    # Wider than a tool's own family of checks: half of a benchmark's rules say CM-6.
    "nist80053": (58, 40),
    "cis": (80, 40),
    "ismsp2023": (80, 40),
    "cve": (75, 72),
    "ghsa": (75, 72),
    "nmap.service": (70, 30),
    "cwe": (65, 25),
    "nmap.script": (64, 24),
    "trivy.class": (50, 10),
    "lynis.family": (50, 10),
}
_OWN_CHECK = (100, 60)
# "prowler:*" says what a tool is for, where nothing says more.
_WHOLE_TOOL = 20


def _level(edge: MappingEdge) -> tuple[int, int]:
    exact, prefix = _LEVELS.get(edge.from_ref.partition(":")[0], _OWN_CHECK)
    if edge.from_ref.endswith(":*") and (exact, prefix) == _OWN_CHECK:
        return _WHOLE_TOOL, len(edge.from_ref)
    if edge.from_ref.endswith("*"):
        return prefix, len(edge.from_ref)
    return exact, len(edge.from_ref) if exact == prefix else 0


@dataclass(frozen=True, slots=True)
class Found:
    """An edge that applies, with the references that lead to it."""

    edge: MappingEdge
    path: tuple[str, ...]


def _closeness(found: Found) -> tuple[int, int, int]:
    """How closely an edge fits: its level, and the fewer pivots on the way the better."""
    return (*_level(found.edge), -len(found.path))


_FARTHEST = (-1, -1, -HOPS - 2)


@dataclass(slots=True)
class Book:
    """All edges and pivots of the sets used, in memory: some hundred rows."""

    exact: dict[str, list[MappingEdge]] = field(default_factory=lambda: defaultdict(list))
    prefixes: dict[str, list[MappingEdge]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Prefixes of a namespace without their star, the longest first.
    families: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def find(self, refs: Iterable[str]) -> list[Found]:
        """The edges of the most specific level, one a requirement; each profile has its own best."""
        found = [
            Found(edge, path) for path in self._expanded(refs) for edge in self._edges(path[-1])
        ]
        best: dict[str, tuple[int, int, int]] = {}
        for each in found:
            profile = each.edge.profile
            best[profile] = max(best.get(profile, _FARTHEST), _closeness(each))
        kept: dict[tuple[str, str], Found] = {}
        for each in found:
            if _closeness(each) == best[each.edge.profile]:
                kept.setdefault((each.edge.profile, each.edge.requirement_code), each)
        return list(kept.values())

    def speaking(self, refs: Iterable[str]) -> dict[str, str]:
        """Those references that lead anywhere: {what decides: the reference}.

        What decides is the reference itself, or the longest prefix that knows it, so that rules
        with the same deciders are mapped alike: a thousand CVEs are all "cve:*".
        """
        found: dict[str, str] = {}
        for ref in refs:
            if ref in self.links or ref in self.exact:
                found.setdefault(ref, ref)
            elif family := self._family(ref):
                found.setdefault(family, ref)
        return found

    def add(self, edge: MappingEdge) -> None:
        if edge.from_ref.endswith("*"):
            namespace, prefix = _namespace(edge.from_ref), edge.from_ref[:-1]
            self.prefixes[namespace].append(edge)
            if prefix not in self.families[namespace]:
                self.families[namespace].append(prefix)
                self.families[namespace].sort(key=len, reverse=True)
        else:
            self.exact[edge.from_ref].append(edge)

    def _family(self, ref: str) -> str:
        """The longest prefix that knows the reference, with its star; empty if none does."""
        for prefix in self.families.get(_namespace(ref), ()):
            if ref.startswith(prefix):
                return f"{prefix}*"
        return ""

    def _edges(self, ref: str) -> Iterator[MappingEdge]:
        yield from self.exact.get(ref, ())
        for edge in self.prefixes.get(_namespace(ref), ()):
            if ref.startswith(edge.from_ref[:-1]):
                yield edge

    def _expanded(self, refs: Iterable[str]) -> list[tuple[str, ...]]:
        """Every reference, and those it stands for, with the way there."""
        paths = [(ref,) for ref in refs]
        last: list[tuple[str, ...]] = list(paths)
        everything: list[tuple[str, ...]] = list(paths)
        for _hop in range(HOPS):
            last = [(*path, to) for path in last for to in self.links.get(path[-1], ())]
            everything += last
        return everything


def _namespace(ref: str) -> str:
    return ref.partition(":")[0]


def in_effect(organisation_id: int | None = None) -> list[int]:
    """The sets that an organisation uses: what it chose, else the newest approved version of each.

    Without an organisation, those of one that chose nothing.
    """
    approved = MappingSet.objects.filter(state=MappingSet.State.APPROVED).order_by("pk")
    found: dict[str, int | None] = dict(approved.values_list("identifier", "pk"))
    chosen = MappingChoice.objects.filter(organisation=organisation_id)
    found |= dict(chosen.values_list("identifier", "set"))
    return sorted(pk for pk in found.values() if pk is not None)


def open_book(sets: Iterable[int] | None = None) -> Book:
    """Read the given sets, or those of an organisation that chose nothing."""
    book = Book()
    chosen = list(in_effect() if sets is None else sets)
    for edge in MappingEdge.objects.filter(set__in=chosen).order_by("pk"):
        book.add(edge)
    for link in RefLink.objects.filter(set__in=chosen):
        book.links[link.from_ref].append(link.to_ref)
    return book


class _Requirements:
    """Requirements by (profile identifier, code), of the profiles that organisations took on."""

    def __init__(self) -> None:
        self.by_code: dict[tuple[str, str], list[Requirement]] = defaultdict(list)
        self.adopted: dict[int, set[int]] = defaultdict(set)
        # Those of former versions stay: a carry-over compares what both are mapped to.
        for organisation, profile in Adoption.objects.values_list("organisation", "profile"):
            self.adopted[organisation].add(profile)
        adopted = set().union(*self.adopted.values())
        rows = Requirement.objects.filter(profile__in=adopted).select_related("profile")
        for requirement in rows:
            key = (requirement.profile.identifier, requirement.code)
            self.by_code[key].append(requirement)

    def of(self, edge: MappingEdge, organisation_id: int) -> list[Requirement]:
        mine = self.adopted[organisation_id]
        return [
            requirement
            for requirement in self.by_code.get((edge.profile, edge.requirement_code), [])
            if requirement.profile_id in mine
        ]


# (requirement, edge, effect, path as JSON)
Mapped = tuple[int, int, str, str]


class _Answer(NamedTuple):
    """What rules with the same deciders get.

    `mappings` are (requirement, edge, effect, decider, the rest of the path as JSON) each.
    """

    mappings: list[tuple[int, int, str, str, str]]
    raise_to: str
    meaning: int


class Resolved(NamedTuple):
    """The mappings of a rule, (requirement, edge, effect, path as JSON) each; the severity that they
    raise to; the number of what they mean."""

    mappings: list[Mapped]
    raise_to: str
    meaning: int


class _Rule(NamedTuple):
    """What of a rule decides its mappings."""

    pk: int
    organisation_id: int
    refs: Sequence[str]
    raise_to: str
    tool: str
    code: str
    meaning: int = 0

    def way(self, ref: str) -> tuple[str, ...]:
        return (ref,) if ref.endswith(self.code) else (f"{self.tool}:{self.code}", ref)


class _Resolver:
    """Looks each combination of references up once."""

    def __init__(self, sets: dict[int, tuple[int, ...]] | None = None) -> None:
        self.requirements = _Requirements()
        self.sets = sets or {}  # in effect, of each organisation asked about
        self.books: dict[tuple[int, ...], Book] = {}
        self.known: dict[tuple[int, tuple[str, ...]], _Answer] = {}
        self.meant: dict[tuple[int, int], list[meanings.Said]] = {}  # not yet written

    def write_meanings(self) -> None:
        meanings.write(self.meant)
        self.meant.clear()

    def book(self, organisation_id: int) -> Book:
        """The organisation's; those that use the same sets share one."""
        if organisation_id not in self.sets:
            self.sets[organisation_id] = tuple(in_effect(organisation_id))
        sets = self.sets[organisation_id]
        if sets not in self.books:
            self.books[sets] = open_book(sets)
        return self.books[sets]

    def look_up(self, rule: _Rule) -> Resolved:
        """What the rule's references lead to.

        The path begins with the check itself, unless the reference names it already.
        """
        speaking = self.book(rule.organisation_id).speaking(rule.refs)
        key = (rule.organisation_id, tuple(speaking))
        if key not in self.known:
            self.known[key] = self._answer(*key)
        answer = self.known[key]
        rows = []
        for requirement, edge, effect, decider, rest in answer.mappings:
            way = bulk.array(rule.way(speaking[decider]))
            rows.append((requirement, edge, effect, f"{way[:-1]}, {rest[1:]}"))
        return Resolved(rows, answer.raise_to, answer.meaning)

    def _answer(self, organisation_id: int, deciders: tuple[str, ...]) -> _Answer:
        found = self.book(organisation_id).find(deciders)
        rows: dict[int, tuple[int, int, str, str, str]] = {}
        counting: list[Found] = []
        for each in found:
            requirements = self.requirements.of(each.edge, organisation_id)
            counting += [each] if requirements else []
            for requirement in requirements:
                rest = bulk.array([*each.path[1:], requirement.code])
                row = (requirement.pk, each.edge.pk, each.edge.effect, each.path[0], rest)
                rows.setdefault(requirement.pk, row)
        said = [row[:3] for row in rows.values()]
        number = meanings.number(organisation_id, said)
        if said:
            self.meant[organisation_id, number] = said
        return _Answer(list(rows.values()), _raised(counting), number)


class Naming:
    """Maps rules while an import names them: a rule is written once, mapped, and not read again."""

    def __init__(self, organisation_id: int) -> None:
        self.organisation_id = organisation_id
        sets = tuple(in_effect(organisation_id))
        self.edition = _edition(organisation_id, sets)
        self.resolver = _Resolver({organisation_id: sets})

    def look_up(self, tool: str, code: str, refs: Sequence[str]) -> Resolved:
        return self.resolver.look_up(_Rule(0, self.organisation_id, refs, "", tool, code))

    def write(self, mappings: Iterable[tuple[int, *Mapped]]) -> None:
        """Write (rule, *mapping) of rules that have none yet, as they were looked up here."""
        _write(mappings)
        self.resolver.write_meanings()


def _write(mappings: Iterable[tuple[int, *Mapped]]) -> None:
    bulk.insert(RuleMapping, ("rule", "requirement", "edge", "effect", "path"), mappings)


def edition(organisation_id: int) -> str:
    """One name for everything that decides mappings: the sets used, and the profiles taken on."""
    return _edition(organisation_id, in_effect(organisation_id))


def _edition(organisation_id: int, used: Iterable[int]) -> str:
    sets = MappingSet.objects.filter(pk__in=used).order_by("pk")
    profiles = Profile.objects.filter(adoptions__organisation=organisation_id).order_by("pk")
    facts = [
        [[*row[:2], row[2].isoformat()] for row in sets.values_list("pk", "digest", "loaded_at")],
        [
            list(row)
            for row in profiles.annotate(
                number=Count("requirements"), last=Max("requirements__pk")
            ).values_list("pk", "identifier", "digest", "number", "last")
        ],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def refresh(organisation_id: int) -> int:
    """Resolve the organisation's rules that are new, changed, or older than the mappings.

    Returns how many.
    """
    now = edition(organisation_id)
    stale = Rule.objects.filter(organisation=organisation_id).exclude(resolved=now)
    return _resolve(stale, {organisation_id: now})


def resolve_all() -> int:
    """Work out every rule afresh, as after new mappings or profiles. Returns how many rules."""
    organisations = Rule.objects.order_by().values_list("organisation", flat=True).distinct()
    return _resolve(Rule.objects.all(), {pk: edition(pk) for pk in organisations})


def _resolve(rules: QuerySet[Rule], editions: dict[int, str]) -> int:
    """Work out the mappings of *rules*. Queries: constant a few thousand rules."""
    resolver: _Resolver | None = None
    after = total = 0
    changed = False
    rows = rules.order_by("pk").values_list(*_Rule._fields)
    while batch := [_Rule(*row) for row in rows.filter(pk__gt=after)[:BATCH]]:
        resolver = resolver or _Resolver()
        changed = _resolve_batch(batch, resolver, editions) or changed
        after, total = batch[-1].pk, total + len(batch)
    if changed:
        meanings.count_again(editions)
    return total


@transaction.atomic
def _resolve_batch(rules: list[_Rule], resolver: _Resolver, editions: dict[int, str]) -> bool:
    """True if a rule means something else now."""
    mappings: list[tuple[int, *Mapped]] = []
    raises: dict[str, list[int]] = defaultdict(list)
    resolved: dict[str, list[int]] = defaultdict(list)
    meant: dict[int, list[int]] = defaultdict(list)
    for rule in rules:
        rows, raised_to, meaning = resolver.look_up(rule)
        mappings += [(rule.pk, *row) for row in rows]
        resolved[editions[rule.organisation_id]].append(rule.pk)
        if raised_to != rule.raise_to:
            raises[raised_to].append(rule.pk)
        if meaning != rule.meaning:
            meant[meaning].append(rule.pk)
    RuleMapping.objects.filter(rule__in=[rule.pk for rule in rules]).delete()
    _write(mappings)
    resolver.write_meanings()
    meanings.change(meant)
    for name, ids in resolved.items():
        Rule.objects.filter(pk__in=ids).update(resolved=name)
    for raise_to, ids in raises.items():
        Rule.objects.filter(pk__in=ids).update(raise_to=raise_to)
        _reassess(ids, raise_to)
    return bool(meant)


def _raised(found: list[Found]) -> str:
    raised = [Severity(each.edge.raise_to) for each in found if each.edge.raise_to]
    return max(raised, key=lambda severity: severity.rank).value if raised else ""


def raised(reported: str, raise_to: str) -> str:
    """The severity that counts: what the tool said, or what the mapping raises it to."""
    if raise_to and not Severity(reported).reaches(raise_to):
        return raise_to
    return reported


def _reassess(rules: list[int], raise_to: str) -> None:
    """Findings of rules whose raise changed get the severity that counts now."""
    findings = Finding.objects.filter(rule__in=rules, own_severity="")
    below = [s for s in Severity if raise_to and not s.reaches(raise_to)]
    findings.filter(reported_severity__in=below).update(severity=raise_to)
    findings.exclude(reported_severity__in=below).update(severity=F("reported_severity"))
