"""Store bytes and give them back, checked."""

import hashlib
import io
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.shared.errors import Refused
from compliance.vault import damage, inspection, layout, notes, policies, quarantine, signals
from compliance.vault.arrivals import Received, arriving
from compliance.vault.models import Blob
from compliance.vault.names import clean_name
from compliance.vault.storage import CHUNK, Content, Readable, disk_errors, storage

__all__ = ["CHUNK", "Damaged", "Readable", "Received"]


class Damaged(Refused):
    """The bytes that are kept are not those that were stored."""


def store(
    organisation: Organisation,
    stream: "Readable | Received",
    *,
    name: str,
    allow: Collection[str] | None = None,
) -> Blob:
    """Keep an upload and return its blob; the same bytes return the blob they already have.

    *allow* narrows the formats by their codes (inspection.FORMATS). Raises Refused with a sentence
    for a wrong type, an empty or too large file, a storage that is full or away; then nothing is
    left. Call it outside atomic().
    """
    return store_all(organisation, [(stream, name)], allow=allow)[0]


def store_all(
    organisation: Organisation,
    uploads: "Iterable[tuple[Readable | Received, str]]",
    *,
    allow: Collection[str] | None = None,
) -> list[Blob]:
    """Keep several uploads (stream, name), or none of them when one is refused."""
    with ExitStack() as stack:
        passed = []
        for stream, name in uploads:
            gate = inspection.Gate(clean_name(name), allow)
            arrived = stack.enter_context(
                arriving(stream, gate.check_head, limit=settings.UPLOAD_LIMIT)
            )
            passed.append((arrived, gate.inspect(arrived.path), gate.name))
        policies.check_quota(organisation, sum(arrived.size for arrived, _type, _name in passed))
        blobs = [_keep(organisation, *each) for each in passed]
    signals.stored.send(sender=Blob, blobs=blobs)
    return blobs


def store_output(organisation: Organisation, made: Readable | bytes, *, media_type: str) -> Blob:
    """Keep what the portal itself made: no limit, no inspection."""
    stream = io.BytesIO(made) if isinstance(made, bytes) else made
    with arriving(stream) as arrived:
        return _keep(organisation, arrived, media_type)


def checked_path(blob: Blob, *, name: str = "", held: bool = False) -> Path:
    """Return a file with the bytes, for reading only, after hashing them; raises Damaged.

    With a bucket it is a copy, which stays for hours after it was asked for last. Raises Withheld
    for such in quarantine unless *held*: the portal's own readers, that show nobody the file, may
    read them.
    """
    if not held:
        quarantine.check(blob, name=name)
    key = layout.key_of(blob)
    path = _hashed(key, blob)
    if path is None:
        storage().forget_local(key)
        path = _hashed(key, blob)
    if path is None:
        _refuse(blob, name)
    _welcome(blob, name)
    return path


def open_checked(
    blob: Blob, *, name: str = "", held: bool = False, part: tuple[int, int] | None = None
) -> Iterator[bytes]:
    """Yield the bytes in chunks, the final one only when all of them are right.

    *part* (first, last) is what is yielded; all bytes are read and hashed whatever the part.
    Raises Damaged, so that a wrong file never leaves whole, and Withheld like `checked_path`.
    """
    if not held:
        quarantine.check(blob, name=name)
    first, end = (part[0], part[1] + 1) if part else (0, blob.size)
    digest, at, kept = hashlib.sha256(), 0, deque[bytes]()
    try:
        with disk_errors(), storage().open(layout.key_of(blob)) as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                if wanted := chunk[max(first - at, 0) : max(end - at, 0)]:
                    if kept:
                        yield kept.popleft()
                    kept.append(wanted)
                at += len(chunk)
    except OSError:
        _refuse(blob, name)
    if digest.hexdigest() != blob.sha256:
        _refuse(blob, name)
    _welcome(blob, name)
    yield from kept


def read_checked(blob: Blob, *, name: str = "") -> bytes:
    return b"".join(open_checked(blob, name=name))


def _keep(organisation: Organisation, arrived: Content, media_type: str, name: str = "") -> Blob:
    """Keep the bytes, then write the row. The note tells the sweep of a crash between the two."""
    key = layout.key(organisation.pk, arrived.sha256)
    content = Content(arrived.path, arrived.sha256, arrived.size, media_type)
    with notes.of_arrival(key):
        storage().keep(key, content)
        blob, created = Blob.objects.get_or_create(
            organisation=organisation,
            sha256=arrived.sha256,
            defaults={"size": arrived.size, "media_type": media_type},
        )
    if not created:
        Blob.objects.filter(pk=blob.pk).update(kept_at=timezone.now())
        damage.mended(blob, name)
    return blob


def _hashed(key: str, blob: Blob) -> Path | None:
    try:
        with disk_errors():
            path = storage().local(key)
            with path.open("rb") as file:
                intact = hashlib.file_digest(file, "sha256").hexdigest() == blob.sha256
    except OSError:
        return None
    return path if intact else None


def _welcome(blob: Blob, name: str) -> None:
    """What was damaged may have been restored from a backup."""
    if blob.damaged_at:
        damage.mended(blob, name)


def _refuse(blob: Blob, name: str) -> NoReturn:
    damage.found(blob, name)
    raise Damaged(
        _(
            "The stored file “%(name)s” is missing or was altered since it was uploaded "
            "(SHA-256 %(digest)s). It is not handed out. Restore it from a backup or upload it again."
        )
        % {"name": name or blob.short, "digest": blob.short}
    )
