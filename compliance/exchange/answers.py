"""What goes out: what a profile asks and what the organisation answers, free of the database.

Every export reads this one gathering, so that the form, the checklist and OSCAL always agree.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.evidence.models import Evidence, EvidenceFile, EvidenceLink, State
from compliance.requirements.models import Area, Assessment, Profile, Requirement

Verdict = Assessment.Verdict
TaskSource = Callable[[Organisation, list[int]], Mapping[int, Iterable[str]]]

_LINK = (
    "requirement_id",
    "version_id",
    "state",
    "valid_until",
    "reviewed_at",
    "evidence__number",
    "evidence__title",
    "version__collected_at",
)

_task_sources: list[TaskSource] = []


def register_tasks(source: TaskSource) -> None:
    """*source*(organisation, requirement ids) → {requirement id: codes of open tasks}, one query."""
    _task_sources.append(source)


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages; English may be missing."""

    ko: str
    en: str = ""

    def said(self, language: str) -> str:
        """Return the text in *language*, or the other one where that is missing."""
        return (self.ko or self.en) if language == "ko" else (self.en or self.ko)


@dataclass(frozen=True, slots=True)
class About:
    """The profile and who answers it."""

    organisation: str
    organisation_slug: str
    platform: Words
    identifier: str
    version: str
    edition: str
    title: Words
    status: str
    disclaimer: Words
    published_on: date
    valid_from: date | None
    valid_to: date | None
    loaded_at: datetime
    digest: str
    sources: list[dict[str, Any]]
    provenance_codes: dict[str, Any]
    parameters: dict[str, Any]
    areas: list[tuple[str, Words]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement, as the profile words it."""

    code: str
    area: str
    parent: str
    title: Words
    statement: Words
    mandatory: bool
    severity: str
    provenance: str
    provenance_details: list[str]
    tests: list[dict[str, str]]
    mappings: dict[str, Any]
    evidence_kinds: list[tuple[str, Words]]


@dataclass(frozen=True, slots=True)
class Given:
    """One piece of evidence of a requirement. *stands*: accepted and not past its day."""

    code: str
    title: str
    files: list[tuple[str, str]]  # (name, SHA-256)
    state: str
    stands: bool
    collected_at: date
    reviewed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the organisation says of one requirement. *tasks*: codes of open tasks."""

    asked: Asked
    verdict: str = Verdict.NOT_CHECKED
    reason: str = ""
    statement: str = ""
    owner: str = ""
    evidence: list[Given] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    decided_by: str = ""
    decided_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def standing(self) -> list[Given]:
        return [each for each in self.evidence if each.stands]


@dataclass(frozen=True, slots=True)
class Answers:
    """A profile with one answer a requirement, in the profile's order."""

    about: About
    items: list[Answer]

    @property
    def changed_at(self) -> datetime:
        """When something of it changed last: what a file made from it may call its date."""
        moments = [self.about.loaded_at]
        for item in self.items:
            moments += [item.decided_at, item.updated_at]  # type: ignore[list-item]
            moments += [each.reviewed_at for each in item.evidence]  # type: ignore[misc]
        return max(moment for moment in moments if moment is not None)


def gather(organisation: Organisation, profile: Profile) -> Answers:
    """Return what *organisation* answers to *profile*; nine queries however long the profile is."""
    areas = list(profile.areas.all())
    requirements = list(
        profile.requirements.select_related("area", "parent").prefetch_related("evidence_kinds")
    )
    ids = [each.pk for each in requirements]
    assessments = _assessments(organisation, profile)
    evidence = _evidence(organisation, profile)
    tasks = _tasks(organisation, ids)
    items = [
        _answer(
            each,
            assessments.get(each.pk),
            evidence.get(each.pk, []),
            sorted(tasks.get(each.pk, [])),
        )
        for each in requirements
    ]
    return Answers(_about(organisation, profile, areas), items)


def _about(organisation: Organisation, profile: Profile, areas: list[Area]) -> About:
    platform = profile.platform
    return About(
        organisation=organisation.name,
        organisation_slug=organisation.slug,
        platform=Words(platform.title_ko, platform.title_en),
        identifier=profile.identifier,
        version=profile.version,
        edition=profile.edition,
        title=Words(profile.title_ko, profile.title_en),
        status=profile.status,
        disclaimer=Words(profile.disclaimer_ko, profile.disclaimer_en),
        published_on=profile.published_on,
        valid_from=profile.valid_from,
        valid_to=profile.valid_to,
        loaded_at=profile.loaded_at,
        digest=profile.digest,
        sources=profile.sources,
        provenance_codes=profile.provenance_codes,
        parameters=profile.parameters,
        areas=[(area.code, Words(area.title_ko, area.title_en)) for area in areas],
    )


def _asked(requirement: Requirement) -> Asked:
    kinds = requirement.evidence_kinds.all()
    return Asked(
        code=requirement.code,
        area=requirement.area.code,
        parent=requirement.parent.code if requirement.parent else "",
        title=Words(requirement.title_ko, requirement.title_en),
        statement=Words(requirement.statement_ko, requirement.statement_en),
        mandatory=requirement.mandatory,
        severity=requirement.severity,
        provenance=requirement.provenance,
        provenance_details=requirement.provenance_details,
        tests=requirement.checks,
        mappings=requirement.mappings,
        evidence_kinds=[(kind.code, Words(kind.title_ko, kind.title_en)) for kind in kinds],
    )


def _answer(
    requirement: Requirement, assessment: Assessment | None, given: list[Given], tasks: list[str]
) -> Answer:
    asked = _asked(requirement)
    if assessment is None:
        return Answer(asked, evidence=given, tasks=tasks)
    return Answer(
        asked,
        verdict=assessment.verdict,
        reason=assessment.reason,
        statement=assessment.statement,
        owner=assessment.owner.name if assessment.owner else "",
        evidence=given,
        tasks=tasks,
        decided_by=assessment.decided_by.name if assessment.decided_by else "",
        decided_at=assessment.decided_at,
        updated_at=assessment.updated_at,
    )


def _assessments(organisation: Organisation, profile: Profile) -> dict[int, Assessment]:
    rows = Assessment.objects.filter(organisation=organisation, requirement__profile=profile)
    found = rows.select_related("owner", "decided_by").order_by()
    return {each.requirement_id: each for each in found}


def _evidence(organisation: Organisation, profile: Profile) -> dict[int, list[Given]]:
    """{requirement: its evidence} in two queries; plain columns, since there are thousands."""
    links = EvidenceLink.objects.current().filter(
        organisation=organisation, requirement__profile=profile
    )
    files = _files(links)
    today = timezone.localdate()
    found: dict[int, list[Given]] = {}
    for row in links.order_by("evidence__number").values_list(*_LINK, named=True):
        fresh = row.valid_until is None or row.valid_until >= today
        given = Given(
            code=Evidence(number=row.evidence__number).code,
            title=row.evidence__title,
            files=files.get(row.version_id, []),
            state=row.state,
            stands=row.state == State.ACCEPTED and fresh,
            collected_at=row.version__collected_at,
            reviewed_at=row.reviewed_at,
        )
        found.setdefault(row.requirement_id, []).append(given)
    return found


def _files(links: QuerySet[EvidenceLink]) -> dict[int, list[tuple[str, str]]]:
    """{version: (name, SHA-256) of its files}."""
    rows = EvidenceFile.objects.filter(version__in=links.values("version")).order_by("order", "pk")
    found: dict[int, list[tuple[str, str]]] = {}
    for version_id, name, digest in rows.values_list("version_id", "name", "blob__sha256"):
        found.setdefault(version_id, []).append((name, digest))
    return found


def _tasks(organisation: Organisation, requirement_ids: list[int]) -> dict[int, list[str]]:
    gathered: dict[int, list[str]] = {}
    for source in _task_sources:
        for requirement_id, codes in source(organisation, requirement_ids).items():
            gathered.setdefault(requirement_id, []).extend(codes)
    return gathered
