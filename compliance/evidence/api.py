"""Evidence over the API: the same inspection, the same sentences."""

from datetime import date

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Path, Router, Schema, Status, UploadedFile

from compliance.accounts.api import enter
from compliance.evidence import services, uploading
from compliance.evidence.models import Evidence, EvidenceLink
from compliance.requirements import selectors as requirements
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.versions import superseded

router = Router(tags=["evidence"])


class LinkOut(Schema):
    """What a piece of evidence says of one requirement, and its review."""

    requirement: str
    state: str
    reason: str


class EvidenceOut(Schema):
    """One piece of evidence. `repeated`: the same files were under review already."""

    number: int
    title: str
    sha256: list[str]
    links: list[LinkOut]
    repeated: bool = False


class EvidenceIn(Schema):
    requirement: str
    kind: str = ""
    title: str = ""
    collected_at: date | None = None


class ReturnIn(Schema):
    reason: str


def _shown(evidence: Evidence, *, repeated: bool = False) -> EvidenceOut:
    version = evidence.latest
    files = version.files.select_related("blob") if version else []
    links = [
        LinkOut(requirement=link.requirement.code, state=link.state, reason=link.reason)
        for link in evidence.links.select_related("requirement")
    ]
    return EvidenceOut(
        number=evidence.number,
        title=evidence.title,
        sha256=[file.blob.sha256 for file in files],
        links=links,
        repeated=repeated,
    )


@router.post("/evidence", url_name="evidence-add", response={201: EvidenceOut})
def add(
    request: HttpRequest,
    organisation: Path[str],
    facts: Form[EvidenceIn],
    files: File[list[UploadedFile]],
) -> Status[EvidenceOut]:
    entered = enter(request, organisation)
    profile = requirements.chosen_profile(entered.organisation)
    requirement = get_object_or_404(Requirement, profile=profile, code=facts.requirement)
    added = services.add(
        entered.organisation,
        uploading.uploads(files),
        by=entered.user,
        requirement=requirement,
        kind=_kind(requirement, facts.kind),
        title=facts.title,
        collected_at=facts.collected_at,
    )
    return Status(201, _shown(added.evidence, repeated=added.repeated))


def _kind(requirement: Requirement, code: str) -> EvidenceKind | None:
    if not code:
        return None
    return get_object_or_404(EvidenceKind, profile=requirement.profile_id, code=code)


@router.get("/evidence/{number}", url_name="evidence", response=EvidenceOut)
def evidence(request: HttpRequest, organisation: Path[str], number: int) -> EvidenceOut:
    entered = enter(request, organisation)
    rows = Evidence.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    return _shown(get_object_or_404(rows, number=number))


@router.post(
    "/evidence/{number}/requirements/{code}/accept",
    url_name="evidence-accept",
    response=EvidenceOut,
)
def accept(request: HttpRequest, organisation: Path[str], number: int, code: str) -> EvidenceOut:
    link = _link(request, organisation, number, code)
    services.accept(link, by=request.user)  # type: ignore[arg-type]
    return _shown(link.evidence)


@router.post(
    "/evidence/{number}/requirements/{code}/return",
    url_name="evidence-return",
    response=EvidenceOut,
)
def return_(
    request: HttpRequest, organisation: Path[str], number: int, code: str, body: ReturnIn
) -> EvidenceOut:
    link = _link(request, organisation, number, code)
    services.return_(link, reason=body.reason, by=request.user)  # type: ignore[arg-type]
    return _shown(link.evidence)


def _link(request: HttpRequest, organisation: str, number: int, code: str) -> EvidenceLink:
    entered = enter(request, organisation)
    return get_object_or_404(
        EvidenceLink.objects.visible_to(entered.user)
        .filter(~superseded())
        .select_related("evidence", "requirement"),
        organisation=entered.organisation,
        evidence__number=number,
        requirement__code=code,
    )
