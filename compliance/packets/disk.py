"""The disk that packets are written on: folders for work under way, and a sentence for when it is full."""

import errno
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

_LEFT_AFTER_SECONDS = 86_400


def is_full(error: OSError) -> bool:
    """Say whether the disk has no room, or may not be filled further."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in a sentence that the disk is full: nothing is wrong with the packet."""
    try:
        yield
    except OSError as fault:
        if not is_full(fault):
            raise
        raise _full() from fault
    except Refused as refusal:
        if isinstance(refusal.__cause__, OSError) and is_full(refusal.__cause__):
            raise _full() from refusal
        raise


@contextmanager
def workshop(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards, on the disk that has room for packets."""
    with disk_errors():
        root = _root()
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=f"{name}-") as folder:
            yield Path(folder)


def clear(name: str) -> None:
    """Remove the folders of *name*: what was killed left them."""
    for left in _root().glob(f"{name}-*"):
        shutil.rmtree(left, ignore_errors=True)


def sweep() -> int:
    """Remove the folders in which nothing was written for a day; return how many."""
    gone = 0
    for left in _root().glob("*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT_AFTER_SECONDS:
                shutil.rmtree(left)
                gone += 1
    return gone


def _root() -> Path:
    return Path(settings.VAR_DIR) / "packets"


def _full() -> Refused:
    return Refused(
        _(
            "The server's disk is full. Nothing was kept of this packet, and the sections that are "
            "ready stay. Tell the people who run the server, then build it again."
        )
    )
