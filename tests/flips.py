"""One changed bit at a time, in everything that carries the record, and who finds it.

Used by a test with a small share and by `benchmarks.flips` for a thousand.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from compliance.audit import checking, checkpoints, keys, triggers
from compliance.audit.chain import COVERED
from compliance.audit.models import Checkpoint, Entry, Subtree

ROOT = Path(__file__).resolve().parent.parent
TABLES: dict[str, tuple[Any, list[str]]] = {
    "entries": (Entry, [*COVERED, "digest"]),
    "checkpoints": (Checkpoint, ["size", "root", "head", "at", "key", "note"]),
    "tiles": (Subtree, ["number", "root"]),
}
Found = tuple[bool, str]


def flip(data: bytes, at: int) -> bytes:
    """Return *data* with bit *at* turned."""
    changed = bytearray(data)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


@contextmanager
def unlocked() -> Iterator[None]:
    """Somebody with the database's keys takes the triggers away; afterwards all is as before."""
    with transaction.atomic():
        triggers.drop(connection)
        yield
        transaction.set_rollback(True)


def in_table(name: str, organisation_id: int, rng: random.Random) -> Found | None:
    """Turn one bit of one value of one row; None when the database itself refuses the value."""
    model, columns = TABLES[name]
    table = model._meta.db_table
    keys_of = model.objects.filter(organisation_id=organisation_id).values_list("pk", flat=True)
    pk, column = rng.choice(list(keys_of)), rng.choice(columns)
    with unlocked(), connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST({column} AS TEXT) FROM {table} WHERE id = %s", [pk])  # noqa: S608
        [before] = cursor.fetchone()
        value = _turned(model._meta.get_field(column), before, rng)
        if value is None or not _written(cursor, table, column, value, pk):
            return None
        reports = checking.check_all()
    wrong = [report for report in reports if not report.intact]
    said = "; ".join(each for r in wrong for each in [r.broken, *r.problems] if each)
    return bool(wrong), f"{name} {pk}.{column}: {said}"


def _turned(field: Any, before: str | None, rng: random.Random) -> Any:
    if not before:
        return None
    if "Integer" in field.get_internal_type():
        return int(before) ^ (1 << rng.randrange(40))
    raw = before.encode()
    changed = flip(raw, rng.randrange(len(raw) * 8))
    return changed if connection.vendor == "sqlite" else changed.decode("utf-8", "replace")


def _written(cursor: Any, table: str, column: str, value: Any, pk: int) -> bool:
    """SQLite keeps any bytes as text; PostgreSQL refuses what is no time, no JSON, no UTF-8."""
    text = connection.vendor == "sqlite" and isinstance(value, bytes)
    holder = "CAST(%s AS TEXT)" if text else "%s"
    try:
        with transaction.atomic():
            cursor.execute(f"UPDATE {table} SET {column} = {holder} WHERE id = %s", [value, pk])  # noqa: S608
    except Exception:  # noqa: BLE001 - whatever the driver or the server says no with
        return False
    return bool(cursor.rowcount)


def in_outside(organisation_id: int, rng: random.Random) -> Found:
    """Turn one bit of the file of checkpoints beside the database."""
    path = checkpoints.outside(organisation_id)
    whole = path.read_bytes()
    path.write_bytes(flip(whole, rng.randrange(len(whole) * 8)))
    try:
        report = checking.check(organisation_id, known=keys.verifiers())
    finally:
        path.write_bytes(whole)
    return not report.intact, f"file: {'; '.join(report.problems)}"


def in_file(
    path: Path, rng: random.Random, check: Callable[[Path], Found], copy: Path | None = None
) -> Found:
    """Turn one bit of *path*, or of a *copy* of it, and let *check* look."""
    whole = path.read_bytes()
    target = copy or path
    target.write_bytes(flip(whole, rng.randrange(len(whole) * 8)))
    try:
        return check(target)
    finally:
        if copy:
            target.unlink()
        else:
            target.write_bytes(whole)


def standalone(path: Path) -> Found:
    """Ask the script that reviewers run without this portal."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/verify_packet.py"), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    # What is wrong comes first; a file that is no packet is one sentence.
    return done.returncode != 0, f"script: {(done.stdout + done.stderr).strip().splitlines()[0]}"
