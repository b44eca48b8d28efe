"""Evidence over the API: the same inspection, the same sentences."""

from datetime import date

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Path, Query, Router, Schema, Status, UploadedFile

from compliance.accounts.api import enter
from compliance.accounts.http import OrganisationRequest
from compliance.accounts.models import Membership, User
from compliance.evidence import (
    api_archives,
    api_requests,
    keeping,
    policies,
    selectors,
    services,
    uploading,
)
from compliance.evidence.filters import FilterForm
from compliance.evidence.listing import Row, listing
from compliance.evidence.models import Evidence, EvidenceLink, Hold
from compliance.requirements import selectors as requirements
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.versions import superseded
from compliance.shared.errors import Refused
from compliance.vault import receiving

router = Router(tags=["evidence"])
router.add_router("", api_requests.router)
router.add_router("", api_archives.router)


class LinkOut(Schema):
    """What a piece of evidence says of one requirement, and its review."""

    requirement: str
    state: str
    reason: str


class EvidenceOut(Schema):
    """One piece of evidence. `repeated`: the same files were under review already. `digest` names the
    files of the newest version together; `sha256` names each. `warnings`, after an upload: rules for
    captures that a picture does not keep."""

    number: int
    title: str
    kind: str
    owner: str
    confidentiality: str
    tags: list[str]
    version: int
    digest: str
    collected_at: date | None
    valid_from: date | None
    valid_until: date | None
    withdrawn: bool
    on_hold: bool
    revision: int
    sha256: list[str]
    links: list[LinkOut]
    repeated: bool = False
    warnings: list[str] = []


class RowOut(Schema):
    """One row of the list; `valid_until` is the first day on which an acceptance runs out."""

    number: int
    title: str
    kind: str
    owner: str
    confidentiality: str
    tags: list[str]
    version: int
    collected_at: date
    valid_until: date | None
    withdrawn: bool
    on_hold: bool
    links: list[LinkOut]


class ListOut(Schema):
    """A page of the list, 50 rows at most."""

    count: int
    page: int
    pages: int
    items: list[RowOut]


class VersionIn(Schema):
    """When and where it was collected; the days are what the paper says of itself."""

    collected_at: date | None = None
    source: str = ""
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


class EvidenceIn(VersionIn):
    """`once`: files that are kept already are refused with the number that has them."""

    requirement: str = ""
    kind: str = ""
    title: str = ""
    confidentiality: str = "internal"
    owner: str = ""
    tags: str = ""
    draft: bool = False
    once: bool = False


class FactsIn(Schema):
    """Facts to change; what is left out stays. `revision` is the one that was read."""

    revision: int
    title: str | None = None
    confidentiality: str | None = None
    owner: str | None = None
    tags: list[str] | None = None


class LinkIn(Schema):
    requirement: str
    draft: bool = False


class ReasonIn(Schema):
    reason: str


class ReturnIn(ReasonIn):
    """`seen`: the digest of the files that were looked at; where others came in, 409."""

    seen: str = ""


class HoldIn(ReasonIn):
    until: date | None = None


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
        kind=evidence.kind_code,
        owner=evidence.owner.email if evidence.owner else "",
        confidentiality=evidence.confidentiality,
        tags=[tag.name for tag in evidence.tags.all()],
        version=version.number if version else 0,
        digest=version.digest if version else "",
        collected_at=version.collected_at if version else None,
        valid_from=version.valid_from if version else None,
        valid_until=version.valid_for(evidence.max_age_days) if version else None,
        withdrawn=evidence.withdrawn_at is not None,
        on_hold=Hold.objects.in_force().filter(evidence=evidence).exists(),
        revision=evidence.revision,
        sha256=[file.blob.sha256 for file in files],
        links=links,
        repeated=repeated,
    )


def _listed(row: Row) -> RowOut:
    return RowOut(
        number=row.number,
        title=row.title,
        kind=row.kind_code,
        owner=row.owner or "",
        confidentiality=row.confidentiality,
        tags=row.tags,
        version=row.version.number,
        collected_at=row.version.collected_at,
        valid_until=row.valid_until,
        withdrawn=row.withdrawn,
        on_hold=row.held,
        links=[LinkOut(requirement=x.code, state=x.state, reason="") for x in row.links],
    )


@router.get("/evidence", url_name="evidence-list", response=ListOut)
def evidence_list(request: HttpRequest, organisation: Path[str], page: Query[int] = 1) -> ListOut:
    """The list, with the filters of the page: `q`, `state`, `kind`, `area`, `profile`, `requirement`,
    `owner`, `by`, `tag`, `confidentiality`, `expiring` (days), `sort`."""
    entered = enter(request, organisation, limited=True)
    form = FilterForm(request.GET, organisation=entered.organisation, user=entered.user)
    rows = form.apply(selectors.evidence_of(entered.organisation, entered.user))
    found = listing(rows, page, entered.user)
    paginator = found.page.paginator
    return ListOut(
        count=paginator.count,
        page=found.page.number,
        pages=paginator.num_pages,
        items=[_listed(row) for row in found.rows],
    )


@router.post("/evidence", url_name="evidence-add", response={201: EvidenceOut})
def add(
    request: HttpRequest,
    organisation: Path[str],
    facts: Form[EvidenceIn],
    files: File[list[UploadedFile] | None] = None,
    uploads: Form[list[str] | None] = None,
) -> Status[EvidenceOut]:
    """Add files that come along, and those of `uploads`: tokens of what came in pieces before."""
    entered = enter(request, organisation)
    arrived = uploading.arrived(entered, files or [], uploads or [])
    requirement = _requirement(entered, facts.requirement) if facts.requirement else None
    added = services.add(
        entered.organisation,
        uploading.uploads(arrived),
        by=entered.user,
        requirement=requirement,
        kind=_kind(entered, requirement, facts.kind),
        title=facts.title,
        confidentiality=_level(facts.confidentiality),
        owner=_member(entered, facts.owner),
        tags=[facts.tags],
        submit=not facts.draft,
        once=facts.once,
        **facts.dict(include=set(VersionIn.model_fields)),
    )
    receiving.clear(arrived)
    shown = _shown(added.evidence, repeated=added.repeated)
    shown.warnings = uploading.warnings_of(added)
    return Status(201, shown)


@router.get("/evidence/{number}", url_name="evidence", response=EvidenceOut)
def evidence(request: HttpRequest, organisation: Path[str], number: int) -> EvidenceOut:
    return _shown(_evidence(enter(request, organisation), number))


@router.patch("/evidence/{number}", url_name="evidence-change", response=EvidenceOut)
def change(
    request: HttpRequest, organisation: Path[str], number: int, body: FactsIn
) -> EvidenceOut:
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    policies.check_can_change(found, entered.user)
    keeping.change(
        found,
        title=found.title if body.title is None else body.title,
        kind=found.kind,
        confidentiality=_level(body.confidentiality or found.confidentiality),
        owner=found.owner if body.owner is None else _member(entered, body.owner),
        tags=[tag.name for tag in found.tags.all()] if body.tags is None else body.tags,
        revision=body.revision,
        by=entered.user,
    )
    return _shown(found)


@router.delete("/evidence/{number}", url_name="evidence-delete", response={204: None})
def delete(request: HttpRequest, organisation: Path[str], number: int) -> Status[None]:
    """Delete a draft that was never submitted."""
    entered = enter(request, organisation)
    keeping.delete(_evidence(entered, number), by=entered.user)
    return Status(204, None)


@router.post(
    "/evidence/{number}/versions", url_name="evidence-version", response={201: EvidenceOut}
)
def add_version(
    request: HttpRequest,
    organisation: Path[str],
    number: int,
    facts: Form[VersionIn],
    files: File[list[UploadedFile] | None] = None,
    uploads: Form[list[str] | None] = None,
) -> Status[EvidenceOut]:
    """Add the next version, of files or `uploads` as for a new one."""
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    arrived = uploading.arrived(entered, files or [], uploads or [])
    services.add_version(found, uploading.uploads(arrived), by=entered.user, **facts.dict())
    receiving.clear(arrived)
    return Status(201, _shown(found))


@router.post("/evidence/{number}/links", url_name="evidence-link", response={201: EvidenceOut})
def link(
    request: HttpRequest, organisation: Path[str], number: int, body: LinkIn
) -> Status[EvidenceOut]:
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    policies.check_can_change(found, entered.user)
    wanted = _requirement(entered, body.requirement)
    services.link(found, wanted, by=entered.user, submit=not body.draft)
    return Status(201, _shown(found))


@router.post("/evidence/{number}/withdraw", url_name="evidence-withdraw", response=EvidenceOut)
def withdraw(
    request: HttpRequest, organisation: Path[str], number: int, body: ReasonIn
) -> EvidenceOut:
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    services.withdraw(found, reason=body.reason, by=entered.user)
    return _shown(found)


@router.post("/evidence/{number}/hold", url_name="evidence-hold", response={201: EvidenceOut})
def hold(
    request: HttpRequest, organisation: Path[str], number: int, body: HoldIn
) -> Status[EvidenceOut]:
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    keeping.hold(found, reason=body.reason, until=body.until, by=entered.user)
    return Status(201, _shown(found))


@router.delete("/evidence/{number}/hold", url_name="evidence-lift", response=EvidenceOut)
def lift(request: HttpRequest, organisation: Path[str], number: int, body: ReasonIn) -> EvidenceOut:
    entered = enter(request, organisation)
    found = _evidence(entered, number)
    held = Hold.objects.in_force().select_related("evidence")
    keeping.lift(get_object_or_404(held, evidence=found), reason=body.reason, by=entered.user)
    return _shown(found)


@router.post(
    "/evidence/{number}/requirements/{code}/submit",
    url_name="evidence-submit",
    response=EvidenceOut,
)
def submit(request: HttpRequest, organisation: Path[str], number: int, code: str) -> EvidenceOut:
    found = _link(request, organisation, number, code)
    services.submit(found, by=request.user)  # type: ignore[arg-type]
    return _shown(found.evidence)


@router.post(
    "/evidence/{number}/requirements/{code}/accept",
    url_name="evidence-accept",
    response=EvidenceOut,
)
def accept(
    request: HttpRequest, organisation: Path[str], number: int, code: str, seen: Query[str] = ""
) -> EvidenceOut:
    """Accept; with `seen`, only the files of that digest."""
    found = _link(request, organisation, number, code)
    services.accept(found, by=request.user, seen=seen)  # type: ignore[arg-type]
    return _shown(found.evidence)


@router.post(
    "/evidence/{number}/requirements/{code}/return",
    url_name="evidence-return",
    response=EvidenceOut,
)
def return_(
    request: HttpRequest, organisation: Path[str], number: int, code: str, body: ReturnIn
) -> EvidenceOut:
    found = _link(request, organisation, number, code)
    by: User = request.user  # type: ignore[assignment]
    services.return_(found, reason=body.reason, by=by, seen=body.seen)
    return _shown(found.evidence)


def _evidence(entered: OrganisationRequest, number: int) -> Evidence:
    rows = selectors.evidence_of(entered.organisation, entered.user)
    related = ("kind", "owner", "organisation")
    return get_object_or_404(rows.select_related(*related), number=number)


def _link(request: HttpRequest, organisation: str, number: int, code: str) -> EvidenceLink:
    entered = enter(request, organisation)
    related = ("evidence__kind", "evidence__owner", "requirement", "version", "reviewed_by")
    rows = (
        EvidenceLink.objects.visible_to(entered.user)
        .filter(~superseded(), organisation=entered.organisation, evidence__number=number)
        .filter(requirement__code=code)
        .select_related(*related)
        # Where two profiles have the code, the first of them.
        .order_by("-requirement__profile__status", "requirement__profile_id")
    )
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _requirement(entered: OrganisationRequest, code: str) -> Requirement:
    """By its code, in the profile that the organisation works with first, else in any of its own."""
    profile = requirements.chosen_profile(entered.organisation)
    first = Requirement.objects.filter(profile=profile, code=code).first()
    found = first or selectors.named_requirement(entered.organisation, "", code)
    if found is None:
        raise Refused(policies.NO_REQUIREMENT)
    return found


def _kind(
    entered: OrganisationRequest, requirement: Requirement | None, code: str
) -> EvidenceKind | None:
    if not code:
        return None
    if requirement:
        return get_object_or_404(EvidenceKind, profile=requirement.profile_id, code=code)
    found = selectors.adopted_kinds(entered.organisation).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _member(entered: OrganisationRequest, email: str) -> User | None:
    """The member of that address; "" is nobody."""
    if not email:
        return None
    rows = Membership.objects.active().filter(organisation=entered.organisation)
    found = rows.filter(user__email=email.lower()).select_related("user").first()
    if found is None:
        raise Refused(policies.NO_MEMBER)
    return found.user


def _level(value: str) -> str:
    policies.check_confidentiality(value)
    return value
