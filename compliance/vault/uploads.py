"""Verbs of an upload that comes in pieces and survives cut lines, killed servers, reloaded pages."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.shared.errors import Conflict, Refused
from compliance.vault import inspection, layout, policies
from compliance.vault.models import Upload
from compliance.vault.names import clean_name
from compliance.vault.storage import CHUNK, Readable, disk_errors

# How long a person may leave an upload alone before it is swept: over a long weekend.
KEPT = timedelta(days=4)
# So many first bytes tell a file's kind; fewer wait for the inspection of the whole.
_TELLING = 4096


class WrongChecksum(Refused):
    """A piece arrived otherwise than it was sent."""


def begin(organisation: Organisation, *, name: str, size: int, by: User) -> Upload:
    """Make room for a file of *size* bytes. Raises Refused by name, size, role or lack of room."""
    policies.check_can_begin(organisation, by, size)
    name = clean_name(name)
    inspection.Gate(name)
    upload = Upload.objects.create(
        organisation=organisation,
        by=by,
        name=name,
        size=size,
        expires_at=timezone.now() + KEPT,
    )
    with disk_errors():
        path_of(upload).touch(mode=0o600)
    return upload


def path_of(upload: Upload) -> Path:
    return layout.incoming() / f"{upload.token}.part"


def offset_of(upload: Upload) -> int:
    """Return how many bytes are here. Raises FileNotFoundError when the file was taken or swept."""
    return path_of(upload).stat().st_size


def append(upload: Upload, stream: Readable, *, offset: int, checksum: str = "") -> int:
    """Write the bytes of *stream* at *offset* and return the new one.

    What arrived before a cut stays. *checksum* is “sha256 <hex>” or “sha1 <hex>”; a piece that does
    not match is taken back. Raises Conflict when *offset* is not where the file ends: also when
    somebody else writes on, for a cut client comes back sooner than we notice.
    """
    digest, at = _digest(checksum), offset
    with disk_errors(), path_of(upload).open("r+b", buffering=0) as file:
        _check_end(file, at)
        try:
            while chunk := stream.read(CHUNK):
                _check(upload, chunk, at)
                _write(file, chunk, at)
                at += len(chunk)
                digest.update(chunk)
            _check_digest(checksum, digest)
        except BaseException:
            if checksum:
                _take_back(file, offset, at)
            raise
        finally:
            os.fsync(file.fileno())
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() + KEPT)
    return at


def end(upload: Upload) -> None:
    """Give it up, or clear away after it was taken."""
    upload.delete()
    path_of(upload).unlink(missing_ok=True)


def whole(organisation: Organisation, tokens: Iterable[str], *, by: User) -> list[Upload]:
    """Return the finished uploads of *tokens*, in that order. Raises Refused for any that is none."""
    found = [_mine(organisation, token, by) for token in tokens]
    for each in found:
        if not path_of(each).exists() or offset_of(each) != each.size:
            raise Refused(
                _("“%(name)s” has not arrived whole. Upload it again.") % {"name": each.name}
            )
    return found


def _mine(organisation: Organisation, token: str, by: User) -> Upload:
    rows = Upload.objects.filter(organisation=organisation, by=by)
    try:
        return rows.get(token=UUID(token))
    except (Upload.DoesNotExist, ValueError, ValidationError) as fault:
        raise Refused(_("One of the files is no longer here. Choose the files again.")) from fault


def _check(upload: Upload, chunk: bytes, end: int) -> None:
    if end + len(chunk) > upload.size:
        raise Refused(_("More arrived than was announced. Upload the file again."))
    if not end and (len(chunk) >= _TELLING or len(chunk) == upload.size):
        inspection.Gate(upload.name).check_head(chunk)


def _write(file: BinaryIO, chunk: bytes, end: int) -> None:
    with _alone(file):
        _check_end(file, end)
        view = memoryview(chunk)
        while view:
            written = os.pwrite(file.fileno(), view, end)
            end, view = end + written, view[written:]


def _check_end(file: BinaryIO, end: int) -> None:
    if os.fstat(file.fileno()).st_size != end:
        raise Conflict(_("The upload went on elsewhere. It continues from there."))


def _digest(checksum: str) -> Any:
    name = checksum.partition(" ")[0] or "sha1"
    return hashlib.new(name, usedforsecurity=False)


def _check_digest(checksum: str, digest: Any) -> None:
    if checksum and digest.hexdigest() != checksum.partition(" ")[2]:
        raise WrongChecksum(_("A piece of the file arrived damaged. It is sent again."))


def _take_back(file: BinaryIO, offset: int, end: int) -> None:
    """Of a piece with a checksum either all counts or nothing; what others wrote stays."""
    with _alone(file):
        if os.fstat(file.fileno()).st_size == end:
            file.truncate(offset)


@contextmanager
def _alone(file: BinaryIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
