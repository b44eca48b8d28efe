"""Files on their way in: written once to a private file while they are hashed and looked at."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused
from compliance.vault import layout
from compliance.vault.storage import CHUNK, Content, Readable, disk_errors

Look = Callable[[bytes], None]


class Received:
    """A file that lies in the folder of arrivals already, whole: it is moved, never copied.

    *sha256* is "" when nobody counted along; then the file is read once.
    """

    def __init__(self, path: Path, sha256: str = "") -> None:
        self.path = path
        self.sha256 = sha256

    def read(self, size: int, /) -> bytes:
        """There is nothing to read: who wants the bytes opens the path."""
        raise TypeError("a received file is moved, not read")


@contextmanager
def arriving(
    stream: "Readable | Received", look: Look | None = None, limit: int | None = None
) -> Iterator[Content]:
    """Yield the whole of *stream* as a file that is gone afterwards unless somebody moved it.

    *look* is shown the first chunk and refuses what it does not like, before the rest is read.
    """
    if isinstance(stream, Received):
        yield _received(stream, look, limit)
        return
    with disk_errors():
        handle, temporary = tempfile.mkstemp(dir=layout.incoming())
    path = Path(temporary)
    try:
        with disk_errors(), os.fdopen(handle, "wb") as file:
            sha256, size = _copy(stream, file, look, limit)
            file.flush()
            os.fsync(file.fileno())
        yield Content(path, sha256, size)
    finally:
        path.unlink(missing_ok=True)


def check_size(size: int, limit: int | None) -> None:
    if limit is not None and size > limit:
        raise Refused(
            _("This file is larger than %(limit)s. Split it or leave out what nobody reads.")
            % {"limit": filesizeformat(limit)}
        )


def _copy(
    stream: Readable, file: BinaryIO, look: Look | None, limit: int | None
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        if look and not size:
            look(chunk)
        size += len(chunk)
        check_size(size, limit)
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest(), size


def _received(received: Received, look: Look | None, limit: int | None) -> Content:
    size = received.path.stat().st_size
    check_size(size, limit)
    with received.path.open("rb") as file:
        if look and size:
            look(file.read(CHUNK))
            file.seek(0)
        sha256 = received.sha256 or hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return Content(received.path, sha256, size)
