"""An empty database kept between runs: applying every migration anew costs twenty seconds of CPU.

Kept under pytest's cache by the text of everything that migrations run; a changed migration makes a
new one. Django still asks `migrate` afterwards, which then has nothing to do. Tests on SQLite find
it in memory, on PostgreSQL as a template; an installation (`tests.services`) finds it in a file.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.services import postgresql

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


@contextmanager
def lent(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Django's test database begins with what is kept, if anything is, until the block ends."""
    kept = _place_of(connection)
    if not kept.exists():
        yield
    elif connection.vendor == "sqlite":
        # The database in memory lasts while somebody has it open.
        with closing(sqlite3.connect(_test_name(connection), uri=True)) as memory:
            with closing(sqlite3.connect(kept)) as source:
                source.backup(memory)
            yield
    else:
        template = f"kept_{_test_name(connection)}"
        with postgresql.restored(connection.settings_dict, template, kept):
            connection.settings_dict["TEST"]["TEMPLATE"] = template
            yield


def _test_name(connection: BaseDatabaseWrapper) -> str:
    return str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]


def _place_of(connection: BaseDatabaseWrapper) -> Path:
    kept = place()
    if connection.vendor == "sqlite":
        return kept
    return kept.parent / "postgresql" / kept.with_suffix(".sql").name


def lend_file(kept: Path, path: Path) -> None:
    """Fill the new file *path* from *kept*, if there is one."""
    if kept.exists() and not path.exists():
        with closing(sqlite3.connect(kept)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)


def keep(connection: BaseDatabaseWrapper) -> None:
    """Write the migrated, empty test database to its place, unless it is there."""
    kept = _place_of(connection)
    if kept.exists():
        return
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _keep(connection.connection, kept)
    elif postgresql.is_installed():
        _make_room(kept)
        postgresql.dump(connection.settings_dict, connection.settings_dict["NAME"], kept)


def keep_file(path: Path, kept: Path) -> None:
    """The same for a database in a file; what is kept already stays."""
    if not kept.exists():
        with closing(sqlite3.connect(path)) as source:
            _keep(source, kept)


def _keep(source: sqlite3.Connection, kept: Path) -> None:
    """At once or not at all."""
    _make_room(kept)
    beside = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(beside)) as target:
        source.backup(target)
    beside.replace(kept)


def _make_room(kept: Path) -> None:
    """Those of other migrations go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob(f"*{kept.suffix}"):
        old.unlink(missing_ok=True)
