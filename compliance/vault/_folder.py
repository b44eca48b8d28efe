"""Bytes in a folder of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from compliance.vault import layout
from compliance.vault.storage import Content, disk_errors


class Folder:
    """Files under VAULT_ROOT, written elsewhere and renamed into place."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, key: str, content: Content) -> None:
        place = self.root / key
        with disk_errors():
            self._make(place.parent)
            content.path.chmod(0o440)
            content.path.replace(place)
            sync_folder(place.parent)

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        with (self.root / key).open("rb", buffering=0) as file:
            with suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            yield file

    def local(self, key: str) -> Path:
        return self.root / key

    def forget_local(self, key: str) -> None:
        """There is no copy."""

    def exists(self, key: str) -> bool:
        return (self.root / key).is_file()

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def every(self) -> Iterator[str]:
        with os.scandir(self.root) as entries:
            folders = sorted(e.name for e in entries if e.is_dir() and e.name != layout.TEMPORARY)
        for name in folders:
            for folder, below, files in os.walk(self.root / name):
                below.sort()
                inside = Path(folder).relative_to(self.root)
                yield from (f"{inside}/{file}" for file in sorted(files))

    def sweep(self, before: float) -> int:
        return 0  # arrivals are swept with all others

    def check(self) -> None:
        if not (self.root.is_dir() or self.root.parent.is_dir()):
            raise FileNotFoundError(self.root)

    def _make(self, folder: Path) -> None:
        """A new folder survives a power cut only when the one above it is on disk too."""
        missing = [each for each in [folder, *folder.parents] if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in missing:
            sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
