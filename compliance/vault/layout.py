"""Where bytes stand: <organisation>/<aa>/<bb>/<sha256> in a folder or a bucket, arrivals in tmp."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from compliance.vault.models import Blob

TEMPORARY = "tmp"


def key(organisation_id: int, sha256: str) -> str:
    """Return the name of these bytes in a storage."""
    return f"{organisation_id}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def key_of(blob: Blob) -> str:
    return key(blob.organisation_id, blob.sha256)


def root() -> Path:
    return Path(settings.VAULT_ROOT)


def path_of(blob: Blob) -> Path:
    """Return where the folder storage keeps *blob*."""
    return root() / key_of(blob)


def incoming() -> Path:
    """Return the folder for files still being written, on the same file system as the rest."""
    folder = root() / TEMPORARY
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def unfinished() -> Iterator[Path]:
    """Yield what lies in the folder of arrivals: half files and notes of a crash."""
    yield from (root() / TEMPORARY).glob("*")
