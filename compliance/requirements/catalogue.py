"""What is shipped: profiles, baselines and crosswalks, loaded in that order of need."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compliance.requirements import crosswalks, documents, loading
from compliance.requirements.models import Crosswalk, Profile

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One shipped file: `kind` is profile or crosswalk, `created` whether it is new here."""

    kind: str
    identifier: str
    version: str
    created: bool


def load() -> list[Loaded]:
    """Bring the database up to what is shipped. A file that is loaded is not even parsed."""
    return [*_profiles(), *_crosswalks()]


def profile_files() -> list[Path]:
    """Baselines first, so that profiles' mapping lists find them. `former` versions stay files."""
    return [*sorted(FOLDER.glob("baselines/*.yaml")), *sorted(FOLDER.glob("*.yaml"))]


def _profiles() -> Iterator[Loaded]:
    shipped = Profile.objects.filter(organisation__isnull=True)
    known = {row.digest: row for row in shipped.only("digest", "identifier", "version")}
    for path in profile_files():
        content = path.read_bytes()
        row = known.get(hashlib.sha256(content).hexdigest())
        created = False
        if row is None:
            row, created = loading.load(documents.read(content))
        yield Loaded("profile", row.identifier, row.version, created)


def _crosswalks() -> Iterator[Loaded]:
    shipped = Crosswalk.objects.filter(organisation__isnull=True)
    known = {row.digest: row for row in shipped.only("digest", "identifier", "version")}
    for path in sorted(FOLDER.glob("crosswalks/*.yaml")):
        content = path.read_bytes()
        row = known.get(hashlib.sha256(content).hexdigest())
        created = False
        if row is None:
            row, created = crosswalks.load(crosswalks.read(content))
        yield Loaded("crosswalk", row.identifier, row.version, created)
