"""Is everything still there and unchanged?"""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from compliance.vault import damage, layout
from compliance.vault.models import Blob
from compliance.vault.storage import CHUNK, disk_errors, storage

_BATCH = 500
# Hashing lets go of Python's lock: every core hashes while one more file is on its way.
_THREADS = min(8, (os.cpu_count() or 1) + 1)


@dataclass(slots=True)
class Report:
    """What a full check found: digests of rows whose bytes are missing or changed, bytes without row."""

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
    """Hash every stored file against its row and look for bytes that no row names.

    What is missing or changed is marked and raises the alarm, once; what is whole again loses its
    mark. Raises Unavailable when the storage does not answer: that is no damage.
    """
    report, known = Report(), set()
    with ThreadPoolExecutor(_THREADS) as pool:
        for blobs in _batches():
            keys = [layout.key_of(blob) for blob in blobs]
            known.update(keys)
            for blob, digest in zip(blobs, pool.map(_digest, keys), strict=True):
                _judge(blob, digest, report)
    report.orphaned = [key for key in storage().every() if key not in known]
    # Whoever was being kept while we looked has its row by now.
    report.orphaned = [key for key in report.orphaned if not _has_row(key)]
    return report


def _batches() -> Iterator[list[Blob]]:
    rows = Blob.objects.order_by("pk").iterator(chunk_size=_BATCH)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _digest(key: str) -> str | None:
    """Return the digest of the bytes under *key*, None for none. Runs in a thread: no database."""
    digest = hashlib.sha256()
    try:
        with disk_errors(), storage().open(key) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


def _judge(blob: Blob, digest: str | None, report: Report) -> None:
    if digest == blob.sha256:
        report.checked += 1
        report.size += blob.size
        if blob.damaged_at:
            damage.mended(blob)
        return
    fact = {"organisation": blob.organisation_id, "sha256": blob.sha256, "size": blob.size}
    if digest is None:
        report.missing.append(fact)
    else:
        report.checked += 1
        report.size += blob.size
        report.changed.append(fact)
    damage.found(blob)


def _has_row(key: str) -> bool:
    organisation, _slash, rest = key.partition("/")
    rows = Blob.objects.none()
    with suppress(ValueError):
        rows = Blob.objects.filter(
            organisation_id=int(organisation), sha256=rest.rpartition("/")[2]
        )
    return any(layout.key_of(blob) == key for blob in rows)
