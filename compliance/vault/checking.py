"""Is everything still there and unchanged? And the broom for what a crash left."""

import hashlib
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from compliance.vault import layout
from compliance.vault.models import Blob

DAY = 24 * 60 * 60


@dataclass(slots=True)
class Report:
    """What a full check found: digests of rows whose file is missing or changed, files without row."""

    checked: int = 0
    size: int = 0
    missing: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not (self.missing or self.changed or self.orphaned)

    def as_json(self) -> dict[str, Any]:
        return {"intact": self.intact, **asdict(self)}


def verify() -> Report:
    """Hash every stored file against its row and look for files that no row names."""
    report, known = Report(), set()
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=1000):
        path = layout.path_of(blob)
        known.add(path)
        _check(blob, path, report)
    report.orphaned = [
        str(path.relative_to(layout.root()))
        for _organisation_id, path in layout.stored()
        if path not in known
    ]
    return report


def sweep() -> int:
    """Delete temporary files older than a day, left by a crash in mid-upload; return how many."""
    swept, before = 0, time.time() - DAY
    for path in layout.unfinished():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _check(blob: Blob, path: Path, report: Report) -> None:
    fact = {"organisation": blob.organisation_id, "sha256": blob.sha256, "size": blob.size}
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        report.missing.append(fact)
        return
    report.checked += 1
    report.size += blob.size
    if digest != blob.sha256:
        report.changed.append(fact)
