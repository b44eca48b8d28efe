"""Where bytes stand on disk: VAULT_ROOT/<organisation>/<aa>/<bb>/<sha256>, and tmp beside them."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from compliance.vault.models import Blob

TEMPORARY = "tmp"


def root() -> Path:
    return Path(settings.VAULT_ROOT)


def place(organisation_id: int, sha256: str) -> Path:
    return root() / str(organisation_id) / sha256[:2] / sha256[2:4] / sha256


def path_of(blob: Blob) -> Path:
    return place(blob.organisation_id, blob.sha256)


def incoming(organisation_id: int) -> Path:
    """Return the folder for files still being written, on the same file system as the rest."""
    folder = root() / str(organisation_id) / TEMPORARY
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def stored() -> Iterator[tuple[int, Path]]:
    """Yield (organisation id, path) of every file of an organisation, wherever it stands."""
    for folder in sorted(each for each in root().glob("*") if each.name.isdecimal()):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.relative_to(folder).parts[0] != TEMPORARY:
                yield int(folder.name), path


def unfinished() -> Iterator[Path]:
    yield from root().glob(f"[0-9]*/{TEMPORARY}/*")
