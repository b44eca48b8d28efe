"""Runs and findings over the API."""

from datetime import datetime
from typing import Any, BinaryIO, cast

from django.db.models import Prefetch
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Form, Path, Query, Router, Schema, UploadedFile

from compliance.accounts.api import enter
from compliance.scans import selectors, services
from compliance.scans.models import Finding, ScanRun
from compliance.scans.records import EDITIONS, Options
from compliance.shared.numbers import MOST_OFFSET

router = Router(tags=["scans"])
MOST = 200


class RunOut(Schema):
    """One imported file. `already_imported` says that these bytes were here before."""

    id: int
    name: str
    format: str
    tool: str
    tool_version: str
    started_at: datetime | None
    finished_at: datetime | None
    complete: bool
    state: str
    error: str
    counts: dict[str, Any]
    already_imported: bool = False


class FindingOut(Schema):
    """One finding, with the requirements it speaks about."""

    number: int
    rule: str
    tool: str
    title: str
    asset: str
    location: str
    severity: str
    state: str
    reason: str
    first_seen_at: datetime
    last_seen_at: datetime
    requirements: list[str]


def _run(run: ScanRun, *, again: bool = False) -> RunOut:
    return RunOut(
        id=run.pk,
        name=run.name,
        format=run.format,
        tool=run.tool,
        tool_version=run.tool_version,
        started_at=run.started_at,
        finished_at=run.finished_at,
        complete=run.complete,
        state=run.state,
        error=run.error,
        counts=run.counts,
        already_imported=again,
    )


def _finding(finding: Finding) -> FindingOut:
    return FindingOut(
        number=finding.number,
        rule=finding.rule.code,
        tool=finding.rule.tool,
        title=finding.title,
        asset=str(finding.asset),
        location=finding.location,
        severity=finding.severity,
        state=finding.state,
        reason=finding.reason,
        first_seen_at=finding.first_seen_at,
        last_seen_at=finding.last_seen_at,
        requirements=[mapping.requirement.code for mapping in finding.violates],
    )


@router.post("/scans", response=RunOut)
def import_scan(
    request: HttpRequest,
    organisation: Path[str],
    file: File[UploadedFile],
    edition: Form[str] = "",
    asset: Form[str] = "",
) -> RunOut:
    """Take a scan result in; a worker imports it. A file that cannot be read answers 409."""
    entered = enter(request, organisation)
    run, fresh = services.import_file(
        entered.organisation,
        cast(BinaryIO, file.file),
        name=file.name or "scan",
        by=entered.user,
        options=Options(edition=edition if edition in EDITIONS else "", asset=asset[:200]),
    )
    return _run(run, again=not fresh)


@router.get("/scans", response=list[RunOut])
def runs(request: HttpRequest, organisation: Path[str]) -> list[RunOut]:
    entered = enter(request, organisation)
    found = ScanRun.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    return [_run(run) for run in found[:MOST]]


@router.get("/scans/{pk}", response=RunOut)
def one_run(request: HttpRequest, organisation: Path[str], pk: int) -> RunOut:
    entered = enter(request, organisation)
    visible = ScanRun.objects.visible_to(entered.user)
    return _run(get_object_or_404(visible, organisation=entered.organisation, pk=pk))


class FindingFilter(Schema):
    """`state` is a finding's state; `offset` how many to leave out from the front."""

    state: str = "open"
    offset: int = Field(0, ge=0, le=MOST_OFFSET)


@router.get("/findings", response=list[FindingOut])
def findings(
    request: HttpRequest,
    organisation: Path[str],
    asked: Query[FindingFilter],
) -> list[FindingOut]:
    """Findings of a state, 200 at a time."""
    entered = enter(request, organisation, limited=True)
    found = (
        Finding.objects.visible_in(entered.organisation, entered.user)
        .filter(state=asked.state)
        .select_related("rule", "asset")
        .prefetch_related(
            Prefetch(
                "rule__mappings", selectors.mappings_shown(entered.organisation, entered.user)
            ),
            "rule__mappings__requirement",
        )
    )
    return [_finding(finding) for finding in found[asked.offset : asked.offset + MOST]]
