"""Archives of numbered folders over the API: upload, look, apply."""

from datetime import date
from typing import BinaryIO, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Form, Path, Router, Schema, Status, UploadedFile

from compliance.accounts.api import enter
from compliance.accounts.http import OrganisationRequest
from compliance.evidence import intake, policies
from compliance.evidence.models import Intake
from compliance.jobs import services as jobs

router = Router(tags=["archives of evidence"])


class RowOut(Schema):
    """One file: what it was taken for, why it cannot be taken, what it became."""

    path: str
    requirement: str
    kind: str
    title: str
    take: bool
    refused: str
    same_as: int | None
    evidence: int | None


class ArchiveOut(Schema):
    """`state`: reading, preview, applied or discarded."""

    id: int
    name: str
    state: str
    rows: list[RowOut]


class ArchiveIn(Schema):
    """`together`: the files of a folder are one evidence; `draft`: not under review yet."""

    together: bool = False
    draft: bool = False
    collected_at: date | None = None


def _shown(found: Intake) -> ArchiveOut:
    rows = found.rows.select_related("requirement", "kind", "same", "evidence")
    return ArchiveOut(
        id=found.pk,
        name=found.name,
        state=found.state,
        rows=[
            RowOut(
                path=row.path,
                requirement=row.requirement.code if row.requirement else "",
                kind=row.kind.code if row.kind else "",
                title=row.title,
                take=row.take,
                refused=row.refused,
                same_as=row.same.number if row.same else None,
                evidence=row.evidence.number if row.evidence else None,
            )
            for row in rows
        ],
    )


@router.post("/evidence-archives", url_name="archive-begin", response={202: ArchiveOut})
def begin(
    request: HttpRequest,
    organisation: Path[str],
    facts: Form[ArchiveIn],
    file: File[UploadedFile],
) -> Status[ArchiveOut]:
    """Take an archive in; a worker reads it. Look at it until its state is “preview”."""
    entered = enter(request, organisation)
    made = intake.begin(
        entered.organisation,
        cast(BinaryIO, file.file),
        name=file.name or "archive.zip",
        by=entered.user,
        chosen=intake.Settings(
            together=facts.together, submit=not facts.draft, collected_at=facts.collected_at
        ),
    )
    _enqueue(entered, intake.READ, made)
    return Status(202, _shown(made))


@router.get("/evidence-archives/{pk}", url_name="archive", response=ArchiveOut)
def one(request: HttpRequest, organisation: Path[str], pk: int) -> ArchiveOut:
    return _shown(_intake(enter(request, organisation), pk))


@router.post("/evidence-archives/{pk}/apply", url_name="archive-apply", response={202: ArchiveOut})
def apply(request: HttpRequest, organisation: Path[str], pk: int) -> Status[ArchiveOut]:
    """Make evidence of every row that is taken, all or none; a worker does it."""
    entered = enter(request, organisation)
    found = _intake(entered, pk)
    policies.check_can_change_intake(found, entered.user)
    _enqueue(entered, intake.APPLY, found)
    return Status(202, _shown(_intake(entered, pk)))


@router.delete("/evidence-archives/{pk}", url_name="archive-discard", response={204: None})
def discard(request: HttpRequest, organisation: Path[str], pk: int) -> Status[None]:
    entered = enter(request, organisation)
    intake.discard(_intake(entered, pk), by=entered.user)
    return Status(204, None)


def _enqueue(entered: OrganisationRequest, kind: str, found: Intake) -> None:
    jobs.enqueue(
        kind=kind,
        organisation=entered.organisation,
        by=entered.user,
        args={"intake": found.pk, "by": entered.user.pk},
        key=f"{found.pk}",
    )


def _intake(entered: OrganisationRequest, pk: int) -> Intake:
    rows = Intake.objects.visible_to(entered.user).select_related("organisation", "blob")
    return get_object_or_404(rows, organisation=entered.organisation, pk=pk)
