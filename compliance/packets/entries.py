"""How moments and files are written into a manifest."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from compliance.packets import paths
from compliance.packets.manifest_rows import File
from compliance.vault.models import Blob
from compliance.vault.names import clean_name

_ZONE = ZoneInfo("Asia/Seoul")


def iso(at: datetime | date | None) -> str:
    """Return a moment as ISO 8601 in Korean time, a day as a day, nothing as ""."""
    if at is None:
        return ""
    if isinstance(at, datetime):
        return at.astimezone(_ZONE).isoformat(timespec="seconds")
    return at.isoformat()


class Budget:
    """Decides which files the PDF carries: none above the cap, and no more than the total."""

    def __init__(self) -> None:
        self._left = settings.PACKET_EMBED_TOTAL
        self._known: set[str] = set()
        self._paths: set[str] = set()

    def file(self, folder: str, number: str, name: str, blob: Blob) -> File:
        """Return the manifest's entry of *blob*, under a path that no other file has.

        *folder* is one name, or several with a NUL between.
        """
        return {
            "name": clean_name(name),
            "sha256": blob.sha256,
            "size": blob.size,
            "media_type": blob.media_type,
            "path": paths.free(paths.join(folder, number, name), self._paths),
            "embedded": self._embed(blob),
        }

    def _embed(self, blob: Blob) -> bool:
        if blob.sha256 in self._known:
            return True
        if blob.size > min(settings.PACKET_EMBED_LIMIT, self._left):
            return False
        self._left -= blob.size
        self._known.add(blob.sha256)
        return True
