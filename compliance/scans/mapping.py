"""From a rule's references to requirements: by data, resolved once a rule, with the path kept.

The most specific level of reference decides; edges of that level are all kept. A rule without an
edge stays unmapped and is listed as such: there is no default requirement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction

from compliance.requirements.models import Requirement
from compliance.scans.models import Finding, MappingEdge, MappingSet, RefLink, Rule, RuleMapping
from compliance.shared.severity import Severity

HOPS = 2
BATCH = 1000

# How precisely a reference names a check: (exact, by prefix). Checks of a tool's own come first,
# then identifiers of catalogues, then what is wrong in general, then families.
_LEVELS = {
    "cce": (90, 50),
    "cci": (90, 50),
    "nist80053": (80, 40),
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


def _level(edge: MappingEdge) -> tuple[int, int]:
    exact, prefix = _LEVELS.get(edge.from_ref.partition(":")[0], _OWN_CHECK)
    if edge.from_ref.endswith("*"):
        return prefix, len(edge.from_ref)
    return exact, len(edge.from_ref) if exact == prefix else 0


@dataclass(frozen=True, slots=True)
class Found:
    """An edge that applies, with the references that lead to it."""

    edge: MappingEdge
    path: tuple[str, ...]


@dataclass(slots=True)
class Book:
    """All approved edges and pivots, in memory: a few hundred rows."""

    exact: dict[str, list[MappingEdge]] = field(default_factory=lambda: defaultdict(list))
    prefixes: list[MappingEdge] = field(default_factory=list)
    links: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def find(self, refs: Iterable[str]) -> list[Found]:
        """The edges of the most specific level, one a requirement."""
        found = [
            Found(edge, path) for path in self._expanded(refs) for edge in self._edges(path[-1])
        ]
        best = max((_level(each.edge) for each in found), default=None)
        kept: dict[tuple[str, str], Found] = {}
        for each in found:
            if _level(each.edge) == best:
                kept.setdefault((each.edge.profile, each.edge.requirement_code), each)
        return list(kept.values())

    def _edges(self, ref: str) -> Iterator[MappingEdge]:
        yield from self.exact.get(ref, ())
        for edge in self.prefixes:
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


def open_book() -> Book:
    """Read the approved sets."""
    book = Book()
    approved = MappingSet.objects.filter(state=MappingSet.State.APPROVED)
    for edge in MappingEdge.objects.filter(set__in=approved).order_by("pk"):
        if edge.from_ref.endswith("*"):
            book.prefixes.append(edge)
        else:
            book.exact[edge.from_ref].append(edge)
    for link in RefLink.objects.filter(set__in=approved):
        book.links[link.from_ref].append(link.to_ref)
    return book


class _Requirements:
    """Requirements by (profile identifier, code), those of an organisation's own profiles too."""

    def __init__(self) -> None:
        self.by_code: dict[tuple[str, str], list[Requirement]] = defaultdict(list)
        for requirement in Requirement.objects.select_related("profile"):
            key = (requirement.profile.identifier, requirement.code)
            self.by_code[key].append(requirement)

    def of(self, edge: MappingEdge, organisation_id: int) -> list[Requirement]:
        return [
            requirement
            for requirement in self.by_code.get((edge.profile, edge.requirement_code), [])
            if requirement.profile.organisation_id in {None, organisation_id}
        ]


def resolve(rules: Iterable[Rule]) -> None:
    """Work out the mappings of *rules* afresh. Queries: constant a thousand rules."""
    book, requirements = open_book(), _Requirements()
    batch: list[Rule] = []
    for rule in rules:
        batch.append(rule)
        if len(batch) == BATCH:
            _resolve_batch(batch, book, requirements)
            batch = []
    if batch:
        _resolve_batch(batch, book, requirements)


@transaction.atomic
def _resolve_batch(rules: list[Rule], book: Book, requirements: _Requirements) -> None:
    rows: list[RuleMapping] = []
    changed: list[Rule] = []
    for rule in rules:
        found = book.find(rule.refs)
        rows += _rows(rule, found, requirements)
        raised = _raised(found)
        if raised != rule.raise_to:
            rule.raise_to = raised
            changed.append(rule)
    RuleMapping.objects.filter(rule__in=rules).delete()
    RuleMapping.objects.bulk_create(rows, batch_size=BATCH)
    Rule.objects.bulk_update(changed, ["raise_to"])
    _reassess(changed)


def _rows(rule: Rule, found: list[Found], requirements: _Requirements) -> list[RuleMapping]:
    rows: dict[int, RuleMapping] = {}
    for each in found:
        for requirement in requirements.of(each.edge, rule.organisation_id):
            rows.setdefault(
                requirement.pk,
                RuleMapping(
                    rule=rule,
                    requirement=requirement,
                    edge=each.edge,
                    effect=each.edge.effect,
                    path=[*each.path, requirement.code],
                ),
            )
    return list(rows.values())


def _raised(found: list[Found]) -> str:
    raised = [Severity(each.edge.raise_to) for each in found if each.edge.raise_to]
    return max(raised, key=lambda severity: severity.rank).value if raised else ""


def raised(reported: str, raise_to: str) -> str:
    """The severity that counts: what the tool said, or what the mapping raises it to."""
    if raise_to and not Severity(reported).reaches(raise_to):
        return raise_to
    return reported


def _reassess(rules: list[Rule]) -> None:
    """Findings of rules whose raise changed get the severity that counts now."""
    findings = list(
        Finding.objects.filter(rule__in=rules).only("pk", "reported_severity", "rule_id")
    )
    raise_to = {rule.pk: rule.raise_to for rule in rules}
    for finding in findings:
        finding.severity = raised(finding.reported_severity, raise_to[finding.rule_id])
    Finding.objects.bulk_update(findings, ["severity"], batch_size=BATCH)


def resolve_all() -> int:
    """Work out every rule afresh, as after new mappings or profiles. Returns how many rules."""
    rules = Rule.objects.order_by("pk")
    count = rules.count()
    resolve(rules.iterator(chunk_size=BATCH))
    return count
