"""One interface for what keeps the bytes: a folder, or a bucket named by STORAGE_URL."""

import errno
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import Refused

logger = logging.getLogger(__name__)
CHUNK = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What says nothing about a file: too many are open, the wrong person asks, the mount is away.
_AWAY = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM, errno.ESTALE}


class Unavailable(Refused):
    """The storage cannot do it now. What was sent is not kept; what is kept is untouched."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class Readable(Protocol):
    """An upload, an open file, anything with read(size) → bytes."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Content:
    """A whole file that arrived: where it lies on disk and what was found about it."""

    path: Path
    sha256: str
    size: int
    media_type: str = "application/octet-stream"


class Storage(Protocol):
    """Keys are layout.key(…). What is absent raises FileNotFoundError, an outage Unavailable."""

    def keep(self, key: str, content: Content) -> None:
        """Put the content under *key*, whole or not at all; the file at its path may be gone after.

        The same bytes may stand there already. Bytes that are not those are replaced.
        """

    def open(self, key: str) -> AbstractContextManager[Readable]:
        """Open for reading from the beginning."""

    def local(self, key: str) -> Path:
        """Return a real file with the bytes, for reading: the file itself, or a copy.

        A copy stays for hours after it was asked for last.
        """

    def forget_local(self, key: str) -> None:
        """Drop the copy that *local* made: it turned out wrong."""

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Take it away; a bucket with versions or retention keeps the bytes behind a marker."""

    def every(self) -> Iterator[str]:
        """Yield every key there is, whatever it is named."""

    def sweep(self, before: float) -> int:
        """Give up what was begun before that time (seconds since 1970) and never finished."""

    def check(self) -> None:
        """Raise Unavailable or OSError when nothing can be read or written."""


def storage() -> Storage:
    """Return the storage that the settings name."""
    return _made(settings.STORAGE_URL, str(settings.VAULT_ROOT), str(settings.VAR_DIR))


@lru_cache(maxsize=8)
def _made(url: str, root: str, var: str) -> Storage:
    if not url:
        from compliance.vault._folder import Folder

        return Folder(Path(root))
    # The client of buckets takes a while to import: only who has one waits for it.
    from compliance.vault._bucket import Bucket

    return Bucket(url, copies=Path(var) / "copies")


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in a sentence that the disk is full, or that it cannot be asked: neither is damage."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise Unavailable(FULL) from fault
        if fault.errno in _AWAY:
            logger.exception("the vault cannot be read or written")
            raise Unavailable(AWAY) from fault
        raise


FULL = _(
    "The server's storage is full. Nothing was kept of this file. "
    "Tell the people who run the server, then upload it again."
)
AWAY = _(
    "The storage of the files does not answer. Nothing was lost or half kept. "
    "Try again in a few minutes."
)
