"""A Trivy result of 1,000 and 10,000 findings: parse alone, first import, the next scan unchanged."""

import io
import json
import resource
import time
from collections.abc import Iterator

from compliance.accounts.models import Organisation, User
from compliance.scans import parsers, services
from compliance.scans.models import ScanRun
from compliance.scans.records import Options

SIZES = (1_000, 10_000)


def measure() -> Iterator[str]:
    organisation = Organisation.objects.get(slug="bareun")
    by = User.objects.get(email="seoyeon@bareun.example")
    for size in SIZES:
        content = _trivy(size, "2026-11-20T03:00:00Z")
        began = time.process_time()
        rows = sum(1 for _ in parsers.read(io.BytesIO(content), Options()))
        yield f"{size:>6} rows: parse {time.process_time() - began:.2f} s CPU ({rows} records)"
        for name, at in (("first import", "2026-11-20"), ("unchanged", "2026-11-21")):
            content = _trivy(size, f"{at}T03:00:00Z")
            wall, cpu = time.perf_counter(), time.process_time()
            run, _fresh = services.import_now(
                organisation, io.BytesIO(content), name=f"{size}-{at}.json", by=by
            )
            assert run.state == ScanRun.State.IMPORTED, run.error  # noqa: S101
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            yield f"{size:>6} rows: {name} {wall:.1f} s wall, {cpu:.1f} s CPU ({size / wall:.0f}/s)"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"peak memory of the process {peak} MB"


def _trivy(size: int, at: str) -> bytes:
    found = [
        {
            "VulnerabilityID": f"CVE-2026-{number:05d}",
            "PkgName": f"package-{number % 400}",
            "InstalledVersion": "1.0",
            "Severity": ("LOW", "MEDIUM")[number % 2],
            "Title": f"made-up weakness {number}",
            "CweIDs": [f"CWE-{20 + number % 60}"],
        }
        for number in range(size)
    ]
    image = f"registry.example/bench-{size}:1"
    result = {"Target": image, "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}
    return json.dumps(
        {
            "SchemaVersion": 2,
            "CreatedAt": at,
            "ArtifactName": image,
            "ArtifactType": "container_image",
            "Results": [result],
        }
    ).encode()
