"""The broom: what a crash, a closed browser or a deleted draft left in the vault."""

import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db.models import CASCADE, Exists, ForeignObjectRel, OuterRef, ProtectedError
from django.utils import timezone

from compliance.vault import layout, notes
from compliance.vault.models import Blob, Upload
from compliance.vault.storage import storage

DAY = 24 * 60 * 60


def sweep() -> int:
    """Take away what is older than a day and belongs to nothing; return how many things.

    These are half files, uploads nobody went on with, bytes that never got their row, and rows
    that nothing uses (any more).
    """
    before = time.time() - DAY
    Upload.objects.filter(expires_at__lt=timezone.now()).delete()
    return _half_files(before) + _left_by_crashes(before) + _unused() + storage().sweep(before)


def _half_files(before: float) -> int:
    going_on = set(Upload.objects.values_list("token", flat=True))
    swept = 0
    for path in layout.unfinished():
        if path.suffix == notes.SUFFIX or path.stem in {str(token) for token in going_on}:
            continue
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _left_by_crashes(before: float) -> int:
    with notes.nothing_arrives() as quiet:
        found = list(notes.left(before)) if quiet else []
        return sum(_end(path, key) for path, key in found)


def _end(path: Path, key: str) -> int:
    organisation, *_folders, sha256 = key.split("/")
    kept = Blob.objects.filter(organisation_id=int(organisation), sha256=sha256).exists()
    if not kept:
        storage().delete(key)
    path.unlink(missing_ok=True)
    return 0 if kept else 1


def _unused() -> int:
    """Rows to which no other table points. Who hands the same bytes in again moves kept_at on."""
    old = Blob.objects.filter(kept_at__lt=timezone.now() - timedelta(seconds=DAY))
    for each in Blob._meta.get_fields(include_hidden=True):
        # What goes with the blob, as its inspection does, is no use of it.
        if isinstance(each, ForeignObjectRel) and each.on_delete is not CASCADE:
            users = each.related_model._base_manager.filter(**{each.field.name: OuterRef("pk")})
            old = old.filter(~Exists(users))
    with notes.nothing_arrives() as quiet:
        return sum(_drop(blob) for blob in old[:1000]) if quiet else 0


def _drop(blob: Blob) -> int:
    """The row goes first: bytes without a row are a matter for the broom, the reverse is a loss."""
    key = layout.key_of(blob)
    with suppress(ProtectedError), notes.written(key):
        blob.delete()
        storage().delete(key)
        return 1
    return 0
