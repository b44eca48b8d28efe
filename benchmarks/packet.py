"""The demo's packet: freeze, one build from nothing, and its verification."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from compliance.applications.models import Application
from compliance.packets import services
from compliance.packets.verify import verify
from compliance.vault import services as vault
from portal.demo.world import GAPS


def measure() -> Iterator[str]:
    application = Application.objects.get(number__endswith="-0001")
    by = application.created_by
    began = time.perf_counter()
    frozen = services.freeze(application.current_round, by=by, gaps_reason=GAPS)
    yield f"freeze {time.perf_counter() - began:.2f} s, manifest {len(frozen.manifest_text) // 1024} KB"
    began, cpu = time.perf_counter(), time.process_time()
    packet, _job = services.build_now(frozen, "ko", by=by)
    packet.refresh_from_db()
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    yield f"build {packet.pages} pages, PDF and ZIP: {wall:.1f} s wall, {cpu:.1f} s CPU"
    with tempfile.TemporaryDirectory() as folder:
        for kind, blob in (("pdf", packet.pdf), ("zip", packet.zip)):
            assert blob is not None  # noqa: S101
            path = Path(folder) / f"packet.{kind}"
            path.write_bytes(vault.read_checked(blob))
            began = time.perf_counter()
            report = verify(path)
            seconds = time.perf_counter() - began
            word = "intact" if report.intact else "ALTERED"
            yield f"verify {kind} of {blob.size / 1e6:.1f} MB: {seconds:.2f} s, {word}"
