"""Store bytes and give them back, checked."""

import hashlib
import io
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM, record_read
from compliance.shared.errors import Refused
from compliance.vault import inspection, layout, quarantine, signals
from compliance.vault.actions import Action
from compliance.vault.models import Blob
from compliance.vault.names import clean_name

CHUNK = 1024 * 1024


class Readable(Protocol):
    """An upload, an open file, anything with read(size) → bytes."""

    def read(self, size: int, /) -> bytes: ...


class Damaged(Refused):
    """The bytes on disk are not those that were stored."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    path: Path
    sha256: str
    size: int


def store(
    organisation: Organisation,
    stream: Readable,
    *,
    name: str,
    allow: Collection[str] | None = None,
) -> Blob:
    """Keep an upload and return its blob; the same bytes return the blob they already have.

    *allow* narrows the formats by their codes (inspection.FORMATS). Raises Refused with a sentence
    for a wrong type, an empty or too large file; then nothing is left. Call it outside atomic().
    """
    return store_all(organisation, [(stream, name)], allow=allow)[0]


def store_all(
    organisation: Organisation,
    uploads: Iterable[tuple[Readable, str]],
    *,
    allow: Collection[str] | None = None,
) -> list[Blob]:
    """Keep several uploads (stream, name), or none of them when one is refused."""
    with ExitStack() as stack:
        passed = []
        for stream, name in uploads:
            gate = inspection.Gate(clean_name(name), allow)
            limited = _arriving(organisation, stream, gate, settings.UPLOAD_LIMIT)
            arrived = stack.enter_context(limited)
            passed.append((arrived, gate.inspect(arrived.path)))
        blobs = [_keep(organisation, arrived, media_type) for arrived, media_type in passed]
    signals.stored.send(sender=Blob, blobs=blobs)
    return blobs


def store_output(organisation: Organisation, made: Readable | bytes, *, media_type: str) -> Blob:
    """Keep what the portal itself made: no limit, no inspection."""
    stream = io.BytesIO(made) if isinstance(made, bytes) else made
    with _arriving(organisation, stream) as arrived:
        return _keep(organisation, arrived, media_type)


def checked_path(blob: Blob, *, name: str = "", held: bool = False) -> Path:
    """Return where the bytes stand, after hashing them; raises Damaged, and Withheld for such in
    quarantine unless *held*: the portal's own readers, that show nobody the file, may read them."""
    if not held:
        quarantine.check(blob, name=name)
    path = layout.path_of(blob)
    if not _is_intact(path, blob):
        _raise_alarm(blob, name)
    return path


def open_checked(blob: Blob, *, name: str = "", held: bool = False) -> Iterator[bytes]:
    """Yield the bytes in chunks; the last one only when the digest of all is right, else Damaged."""
    if not held:
        quarantine.check(blob, name=name)
    digest, kept = hashlib.sha256(), b""
    try:
        with layout.path_of(blob).open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                if kept:
                    yield kept
                kept = chunk
    except OSError:
        _raise_alarm(blob, name)
    if digest.hexdigest() != blob.sha256:
        _raise_alarm(blob, name)
    if kept:
        yield kept


def read_checked(blob: Blob, *, name: str = "") -> bytes:
    return b"".join(open_checked(blob, name=name))


@contextmanager
def _arriving(
    organisation: Organisation,
    stream: Readable,
    gate: inspection.Gate | None = None,
    limit: int | None = None,
) -> Iterator[_Arrived]:
    """Write *stream* to a temporary file that is gone afterwards unless it was renamed."""
    handle, temporary = tempfile.mkstemp(dir=layout.incoming(organisation.pk))
    path = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            sha256, size = _copy(stream, file, gate, limit)
            file.flush()
            os.fsync(file.fileno())
        yield _Arrived(path, sha256, size)
    finally:
        path.unlink(missing_ok=True)


def _copy(
    stream: Readable, file: io.BufferedWriter, gate: inspection.Gate | None, limit: int | None
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        if gate and not size:
            gate.check_head(chunk)
        size += len(chunk)
        if limit is not None and size > limit:
            raise Refused(
                _("This file is larger than %(limit)s. Split it or leave out what nobody reads.")
                % {"limit": filesizeformat(limit)}
            )
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest(), size


def _keep(organisation: Organisation, arrived: _Arrived, media_type: str) -> Blob:
    """Rename into place, then write the row: a crash between leaves a file that no row names."""
    place = layout.place(organisation.pk, arrived.sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    arrived.path.chmod(0o440)
    arrived.path.replace(place)
    _sync_folder(place.parent)
    blob, _created = Blob.objects.get_or_create(
        organisation=organisation,
        sha256=arrived.sha256,
        defaults={"size": arrived.size, "media_type": media_type},
    )
    return blob


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_intact(path: Path, blob: Blob) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == blob.sha256
    except OSError:
        return False


def _raise_alarm(blob: Blob, name: str) -> None:
    name = name or blob.short
    record_read(SYSTEM, Action.DAMAGE_FOUND, blob, name=name, sha256=blob.sha256)
    raise Damaged(
        _(
            "The stored file “%(name)s” is missing or was altered since it was uploaded "
            "(SHA-256 %(digest)s). It is not handed out. Restore it from a backup or upload it again."
        )
        % {"name": name, "digest": blob.short}
    )
