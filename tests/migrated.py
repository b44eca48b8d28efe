"""An empty database kept between runs: applying every migration anew costs twenty seconds of CPU.

Kept under pytest's cache by the text of everything that migrations run; a changed migration makes a
new one. Django still asks `migrate` afterwards, which then has nothing to do. SQLite only.
Tests find it in memory, installations with processes of their own (`tests.services`) in a file.
"""

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import django
from django.db.backends.base.base import BaseDatabaseWrapper

_REPOSITORY = Path(__file__).resolve().parent.parent
_ROOT = _REPOSITORY / "compliance"
_SETTINGS = "portal.settings"
_CALLED_BY_MIGRATIONS = (
    "audit/triggers.py",
    "shared/sealed.py",
    "evidence/models/evidence.py",
)


def name() -> str:
    """Return the file name of the database that today's migrations would make."""
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    called = [_ROOT / each for each in _CALLED_BY_MIGRATIONS]
    for path in [*sorted(_ROOT.glob("*/migrations/*.py")), *called]:
        seen.update(f"{path.relative_to(_ROOT)} {path.stat().st_size}\n".encode())
        seen.update(path.read_bytes())
    return f"{seen.hexdigest()[:24]}.sqlite3"


def place(settings: str = _SETTINGS) -> Path:
    """Return the file of that database; other *settings* have other tables."""
    folder = _REPOSITORY / ".pytest_cache/d/migrated"
    return (folder if settings == _SETTINGS else folder / settings) / name()


def lend(kept: Path, connection: BaseDatabaseWrapper) -> sqlite3.Connection:
    """Fill Django's in-memory test database from *kept*; it lasts while the answer stays open."""
    memory = sqlite3.connect(connection.creation._get_test_db_name(), uri=True)  # type: ignore[attr-defined]
    with closing(sqlite3.connect(kept)) as source:
        source.backup(memory)
    return memory


def lend_file(kept: Path, path: Path) -> None:
    """Fill the new file *path* from *kept*, if there is one."""
    if kept.exists() and not path.exists():
        with closing(sqlite3.connect(kept)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)


def keep(connection: BaseDatabaseWrapper, kept: Path) -> None:
    """Write the migrated, empty test database to *kept*, at once or not at all."""
    connection.ensure_connection()
    _keep(connection.connection, kept)


def keep_file(path: Path, kept: Path) -> None:
    """The same for a database in a file; what is kept already stays."""
    if not kept.exists():
        with closing(sqlite3.connect(path)) as source:
            _keep(source, kept)


def _keep(source: sqlite3.Connection, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(beside)) as target:
        source.backup(target)
    for old in kept.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    beside.replace(kept)
