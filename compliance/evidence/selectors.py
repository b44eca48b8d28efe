"""Reads: the review queue, coverage of what is asked for, files as people may see them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Case, Count, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from compliance.accounts.models import Membership, Organisation, User
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.evidence.actions import Action
from compliance.evidence.models import (
    Evidence,
    EvidenceFile,
    EvidenceLink,
    EvidenceLinkQuerySet,
    EvidenceRequest,
    EvidenceRequestQuerySet,
    EvidenceVersion,
    Intake,
    State,
    digest_of,
)
from compliance.requirements.models import Assessment, EvidenceKind, Requirement
from compliance.requirements.versions import of_current_profiles, superseded
from compliance.shared.numbers import whole
from compliance.vault.models import Blob

PICKS = 20

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


def evidence_of(organisation: Organisation, user: User) -> QuerySet[Evidence]:
    return Evidence.objects.visible_to(user).filter(organisation=organisation)


def with_files(organisation: Organisation, blobs: Sequence[Blob]) -> list[Evidence]:
    """Evidence that was not withdrawn and whose newest version has exactly these files."""
    wanted = {blob.pk for blob in blobs}
    rows = Evidence.objects.current().filter(
        organisation=organisation, versions__files__blob__in=wanted
    )
    versions = EvidenceVersion.objects.prefetch_related("files")
    found = rows.distinct().prefetch_related(Prefetch("versions", versions))
    return [
        each
        for each in found
        if each.latest and {file.blob_id for file in each.latest.files.all()} == wanted
    ]


def digest_of_files(version: EvidenceVersion) -> str:
    """Reckon the digest of a version from its files as they are now."""
    rows = version.files.order_by("order", "pk")
    return digest_of(rows.values_list("blob__sha256", "name"))


def decided_about_other_files() -> list[EvidenceLink]:
    """Links with a decision whose files are not those that the reviewer saw."""
    decided = EvidenceLink.objects.in_force().filter(state__in=[State.ACCEPTED, State.RETURNED])
    rows = EvidenceFile.objects.filter(version__in=decided.values("version"))
    files: dict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = rows.order_by("order", "pk").values_list("version_id", "blob__sha256", "name")
    for version, sha256, name in columns.iterator():
        files[version].append((sha256, name))
    digests = {version: digest_of(each) for version, each in files.items()}
    seen = decided.values_list("pk", "version_id", "reviewed_digest")
    other = [
        pk for pk, version, digest in seen if version in digests and digests[version] != digest
    ]
    related = ("evidence", "requirement", "version")
    return list(EvidenceLink.objects.filter(pk__in=other).select_related(*related))


def links_of_evidence(
    evidence: Evidence, user: User
) -> tuple[list[EvidenceLink], list[EvidenceLink]]:
    """Links that count, and those to former versions of a profile."""
    related = ("requirement__area", "requirement__profile", "reviewed_by", "version")
    seen = EvidenceLink.objects.visible_to(user)
    rows = seen.filter(evidence=evidence).select_related(*related)
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


def looked_lately(
    evidence: Evidence, user: User, name: str, action: Action = Action.VIEWED
) -> bool:
    """The same look within a quarter of an hour is one look, many parts of a file one download."""
    since = timezone.now() - timedelta(minutes=15)
    looks = history(evidence).filter(action=action, actor_id=user.pk, at__gte=since)
    return any(entry.data.get("name") == name for entry in looks[:50])


def assessment_of(link: EvidenceLink) -> Assessment | None:
    return Assessment.objects.filter(
        organisation_id=link.organisation_id, requirement_id=link.requirement_id
    ).first()


def people_of(organisation: Organisation) -> dict[int, str]:
    """{id: name} of everybody who is a member now, by name."""
    rows = Membership.objects.people().filter(organisation=organisation).order_by("user__name")
    return dict(rows.values_list("user_id", "user__name"))


def requests_of(organisation: Organisation, user: User) -> EvidenceRequestQuerySet:
    return EvidenceRequest.objects.visible_to(user).filter(organisation=organisation)


def pickable(organisation: Organisation, requirement: Requirement, words: str) -> list[Evidence]:
    """Evidence that could be linked to *requirement* too, the newest first, by words of its title,
    file names and number; what the requirement asks for comes first."""
    rows = Evidence.objects.current().filter(organisation=organisation)
    rows = rows.exclude(pk__in=requirement.evidence_links.values("evidence_id"))
    for word in words.split()[:8]:
        files = EvidenceFile.objects.filter(
            name__icontains=word, version__evidence__organisation=organisation
        )
        found = Q(title__icontains=word) | Q(pk__in=files.values("version__evidence_id"))
        number = word.upper().removeprefix("EV-").lstrip("0")
        if number.isdecimal() and len(number) < 9:
            found |= Q(number=int(number))
        rows = rows.filter(found)
    asked = list(requirement.evidence_kinds.values_list("code", flat=True))
    first = Case(When(kind_code__in=asked, then=Value(0)), default=Value(1))
    links = EvidenceLink.objects.filter(~superseded()).select_related("requirement")
    rows = rows.select_related("kind").prefetch_related(Prefetch("links", links))
    return list(rows.order_by(first, "-number")[:PICKS])


def intake_counts(intake: Intake) -> dict[str, int]:
    """How many rows would be taken, are unmatched, are here already, cannot be read."""
    return intake.rows.aggregate(
        taken=Count("pk", filter=Q(take=True, refused="")),
        unmatched=Count("pk", filter=Q(requirement__isnull=True, refused="")),
        same=Count("pk", filter=Q(same__isnull=False)),
        refused=Count("pk", filter=~Q(refused="")),
    )


def adopted_requirements(organisation: Organisation) -> QuerySet[Requirement]:
    current = of_current_profiles(organisation)
    return Requirement.objects.filter(profile__in=current).select_related("area", "profile")


def named_requirement(organisation: Organisation, pk: str, code: str = "") -> Requirement | None:
    """The adopted requirement of an id, or of a code that somebody typed; None where none is it."""
    rows = adopted_requirements(organisation)
    if pk:
        return rows.filter(pk=whole(pk)).first()
    typed = next(iter(code.split()), "")
    return in_order(rows.filter(code__iexact=typed)).first() if typed else None


def picked_requirements(organisation: Organisation, words: str) -> list[Requirement]:
    """The first requirements whose code or title has all *words*, for a picker."""
    rows = adopted_requirements(organisation)
    for word in words.split()[:8]:
        rows = rows.filter(
            Q(code__icontains=word) | Q(title_ko__icontains=word) | Q(title_en__icontains=word)
        )
    return list(in_order(rows)[:PICKS])


def in_order(rows: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """One profile after the other, baselines (the first status by name) last."""
    return rows.order_by("-profile__status", "profile_id", "order")


def adopted_kinds(organisation: Organisation) -> QuerySet[EvidenceKind]:
    return EvidenceKind.objects.filter(profile__in=of_current_profiles(organisation))
