"""Notes beside the arrivals: “these bytes have no row for a moment”. A crash leaves its note."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from compliance.vault import layout
from compliance.vault.storage import disk_errors

SUFFIX = ".note"
_LOCK = "arrivals.lock"


@contextmanager
def of_arrival(key: str) -> Iterator[None]:
    """Leave a note while bytes are kept and have no row yet; meanwhile nothing is swept away."""
    with disk_errors(), _lock() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with written(key):
            yield


@contextmanager
def written(key: str) -> Iterator[None]:
    """Leave a note of *key*; what fails in the block leaves it for the broom."""
    place = layout.incoming() / f"{key.replace('/', '-')}-{os.urandom(4).hex()}{SUFFIX}"
    place.write_text(key)
    yield
    place.unlink(missing_ok=True)


@contextmanager
def nothing_arrives() -> Iterator[bool]:
    """Yield True while nobody is between bytes and row, False when somebody is just now."""
    with _lock() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def left(before: float) -> Iterator[tuple[Path, str]]:
    """Yield (note, key) of what was begun before that time and never finished."""
    for path in layout.unfinished():
        if path.suffix == SUFFIX and path.stat().st_mtime < before:
            yield path, path.read_text()


def _lock() -> TextIO:
    layout.root().mkdir(parents=True, exist_ok=True)
    return (layout.root() / _LOCK).open("a")
