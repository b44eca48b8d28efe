"""Pages of scan results over one asset with many findings: queries and CPU of one request.

BENCH_SCAN_PAGES names how many findings; each is a rule of its own, with its mappings. They are
asked for as the scheduler leaves the table, which looks after it every five minutes.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from benchmarks import _samples
from benchmarks.pages import as_served, measured
from compliance.accounts.models import Organisation, User
from compliance.requirements.models import Requirement
from compliance.scans import counting, meanings, services
from compliance.scans.models import Asset, Finding, ScanRun

SIZE = int(os.environ.get("BENCH_SCAN_PAGES", "50000"))
MOMENTS = ("2026-11-20T03:00:00+00:00", "2026-11-21T03:00:00+00:00")
MOST_QUERIES = 12


def measure() -> Iterator[str]:
    as_served()
    settings.UPLOAD_LIMIT = 2**31
    organisation = Organisation.objects.get(slug="bareun")
    lead = User.objects.get(email="seoyeon@bareun.example")
    runs = [_imported(organisation, lead, at) for at in MOMENTS]
    meanings.tend()
    asset = Asset.objects.get(findings__first_run=runs[0], findings__number=_number(runs[0]))
    yield f"{asset.findings.count()} findings on one asset, {len(runs)} runs"
    yield from measured(lead, _pages(runs, asset) | _by_requirement(organisation))


def _imported(organisation: Organisation, lead: User, at: str) -> ScanRun:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.json"
        _samples.trivy(path, SIZE, at)
        with path.open("rb") as stream:
            return services.import_now(organisation, stream, name="scan.json", by=lead)[0]


def _number(run: ScanRun) -> int:
    found = Finding.objects.filter(first_run=run).order_by("number")
    return found.values_list("number", flat=True)[0]


def _by_requirement(organisation: Organisation) -> dict[str, str]:
    """What counts findings by requirement, and the requirement that most of them violate."""
    of_each = counting.violated(organisation, ("requirement",))
    worst = Requirement.objects.get(pk=max(of_each, key=lambda row: row[-1])[0])
    return {
        "application with pre-flight": "/o/bareun/applications/GP-2026-0002/",
        "findings of one requirement": f"/o/bareun/findings/?state=open&requirement={worst.pk}",
    }


def _pages(runs: list[ScanRun], asset: Asset) -> dict[str, str]:
    here = "/o/bareun"
    findings = f"{here}/findings/"
    return {
        "scan results": f"{here}/scans/",
        "run": f"{here}/scans/{runs[0].pk}/",
        "run, unchanged": f"{here}/scans/{runs[1].pk}/",
        "run, last page": f"{here}/scans/{runs[1].pk}/?page=last",
        "two runs side by side": f"{here}/scans/{runs[1].pk}/compare/",
        "findings": findings,
        "findings, high": f"{findings}?severity=high",
        "findings, searched": f"{findings}?q=weakness+4711",
        "findings, last page": f"{findings}?page=last",
        "one finding": f"{findings}{_number(runs[0])}/",
        "heat map and trend": f"{findings}overview/",
        "asset": f"{here}/assets/{asset.pk}/",
        "asset, last page": f"{here}/assets/{asset.pk}/?page=last",
        "checks without a mapping": f"{here}/scans/unmapped/",
        "requirement": f"{here}/requirements/order-integration-reference/OI-NET-05/",
        "requirement list": f"{here}/requirements/",
        "dashboard": f"{here}/",
        "tasks": f"{here}/tasks/",
    }
