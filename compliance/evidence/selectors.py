"""Reads: the review queue, coverage of what is asked for, files as people may see them."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceLinkQuerySet,
    EvidenceVersion,
    State,
)
from compliance.requirements.models import Assessment, EvidenceKind, Requirement
from compliance.requirements.versions import of_current_profiles, superseded

SOON = timedelta(days=30)
# Custody: what happened to it. Looks and downloads are kept too, and shown apart.
ACCESS = [Action.VIEWED, Action.DOWNLOADED]


@dataclass(frozen=True, slots=True)
class Coverage:
    """One kind that a requirement asks for, and the links that bring it."""

    kind: EvidenceKind
    links: list[EvidenceLink] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return any(each.state == State.ACCEPTED and each.is_fresh for each in self.links)

    @property
    def waiting(self) -> bool:
        return any(each.state == State.IN_REVIEW for each in self.links)

    @property
    def state(self) -> str:
        """A key of the tones: met, in_review or not_met."""
        if self.accepted:
            return "met"
        return "in_review" if self.waiting else "not_met"


def queue(organisation: Organisation, user: User) -> EvidenceLinkQuerySet:
    """Links waiting for a review, longest first."""
    rows = EvidenceLink.objects.visible_to(user).in_force()
    return rows.filter(organisation=organisation, state=State.IN_REVIEW).order_by(
        "submitted_at", "pk"
    )


def links_of(organisation: Organisation, requirement_ids: list[int]) -> QuerySet[EvidenceLink]:
    """Links of requirements that were not withdrawn, with everything a page shows."""
    rows = EvidenceLink.objects.current().whole()
    return rows.filter(organisation=organisation, requirement_id__in=requirement_ids)


def coverage(kinds: list[EvidenceKind], links: list[EvidenceLink]) -> list[Coverage]:
    return [
        Coverage(kind, [each for each in links if each.evidence.kind_code == kind.code])
        for kind in kinds
    ]


def listed(organisation: Organisation, user: User) -> QuerySet[Evidence]:
    """Evidence with its links and newest version, in a constant number of queries."""
    links = EvidenceLink.objects.filter(~superseded()).select_related(
        "requirement__area", "reviewed_by"
    )
    versions = EvidenceVersion.objects.select_related("uploaded_by").annotate(
        number_of_files=Count("files")
    )
    return (
        Evidence.objects.visible_to(user)
        .filter(organisation=organisation)
        .select_related("kind")
        .prefetch_related(Prefetch("links", links), Prefetch("versions", versions))
    )


def links_of_evidence(evidence: Evidence) -> tuple[list[EvidenceLink], list[EvidenceLink]]:
    """Links that count, and those to former versions of a profile."""
    related = ("requirement__area", "requirement__profile", "reviewed_by", "version")
    rows = EvidenceLink.objects.filter(evidence=evidence).select_related(*related)
    return list(rows.filter(~superseded())), list(rows.filter(superseded()))


def versions_of(evidence: Evidence) -> list[EvidenceVersion]:
    files = EvidenceFile.objects.select_related("blob")
    rows = evidence.versions.select_related("uploaded_by", "evidence")
    return list(rows.prefetch_related(Prefetch("files", files)))


def file_for(user: User, organisation: Organisation, pk: int) -> QuerySet[EvidenceFile]:
    return EvidenceFile.objects.filter(
        pk=pk,
        version__evidence__in=Evidence.objects.visible_to(user).filter(organisation=organisation),
    ).select_related("blob", "version__evidence")


def custody(evidence: Evidence) -> QuerySet[Entry]:
    """What happened to the evidence, newest first, without who looked."""
    return history(evidence).exclude(action__in=ACCESS)


def accesses(evidence: Evidence) -> QuerySet[Entry]:
    return history(evidence).filter(action__in=ACCESS)


def looked_lately(evidence: Evidence, user: User, name: str) -> bool:
    """The same look within a quarter of an hour is one look."""
    since = timezone.now() - timedelta(minutes=15)
    looks = history(evidence).filter(action=Action.VIEWED, actor_id=user.pk, at__gte=since)
    return any(entry.data.get("name") == name for entry in looks[:50])


def assessment_of(link: EvidenceLink) -> Assessment | None:
    return Assessment.objects.filter(
        organisation_id=link.organisation_id, requirement_id=link.requirement_id
    ).first()


def adopted_requirements(organisation: Organisation) -> QuerySet[Requirement]:
    current = of_current_profiles(organisation)
    return Requirement.objects.filter(profile__in=current).select_related("area", "profile")


def adopted_kinds(organisation: Organisation) -> QuerySet[EvidenceKind]:
    return EvidenceKind.objects.filter(profile__in=of_current_profiles(organisation))
