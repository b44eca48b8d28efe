"""Scan results over the API."""

from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import File, Path, Router, Schema, Status, UploadedFile

from compliance.accounts.api import enter
from compliance.scans import services
from compliance.scans.models import ScanRun

router = Router(tags=["scans"])


class RunOut(Schema):
    """One imported file. `fresh` is false when the same file was imported before."""

    id: int
    name: str
    format: str
    tool: str
    tool_version: str
    state: str
    complete: bool
    counts: dict[str, Any]
    error: str
    fresh: bool = True


def _shown(run: ScanRun, *, fresh: bool = True) -> RunOut:
    return RunOut(
        id=run.pk,
        name=run.name,
        format=run.format,
        tool=run.tool,
        tool_version=run.tool_version,
        state=run.state,
        complete=run.complete,
        counts=run.counts,
        error=run.error,
        fresh=fresh,
    )


@router.post("/scans", url_name="scan-add", response={202: RunOut})
def add(request: HttpRequest, organisation: Path[str], file: File[UploadedFile]) -> Status[RunOut]:
    """Take the file in and queue its import; ask again with the id for the outcome."""
    entered = enter(request, organisation)
    run, fresh = services.import_file(
        entered.organisation, cast(BinaryIO, file), name=file.name or "", by=entered.user
    )
    return Status(202, _shown(run, fresh=fresh))


@router.get("/scans/{run_id}", url_name="scan", response=RunOut)
def run(request: HttpRequest, organisation: Path[str], run_id: int) -> RunOut:
    entered = enter(request, organisation)
    rows = ScanRun.objects.visible_to(entered.user).filter(organisation=entered.organisation)
    return _shown(get_object_or_404(rows, pk=run_id))
