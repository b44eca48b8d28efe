"""Entries into and out of the table without the weight of models: appends and checks are many."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from django.db import DatabaseError, connection

from compliance.audit.chain import COVERED, Row, Unreadable, data_text
from compliance.audit.models import Checkpoint, Entry, Head, Subtree

_COLUMNS = [*COVERED, "digest"]
_LOT = 200
# The largest number that a column holds.
_LAST = 2**63 - 1


def append(entries: Sequence[Entry]) -> None:
    """Insert *entries* and give each its primary key."""
    for start in range(0, len(entries), _LOT):
        _insert(entries[start : start + _LOT])


def _insert(entries: Sequence[Entry]) -> None:
    line = f"({', '.join(_placeholder(name) for name in _COLUMNS)})"
    # The names are ours; values go as parameters.
    sql = (
        f"INSERT INTO audit_entry ({', '.join(_COLUMNS)}) "  # noqa: S608
        f"VALUES {', '.join([line] * len(entries))} RETURNING id"
    )
    values = [value for entry in entries for value in _values(entry)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for entry, (pk,) in zip(entries, cursor.fetchall(), strict=True):
            entry.pk = pk
            entry._state.adding, entry._state.db = False, connection.alias


def _placeholder(name: str) -> str:
    return "%s::jsonb" if name == "data" and connection.vendor == "postgresql" else "%s"


def _values(entry: Entry) -> list[Any]:
    row = entry.__dict__
    values = [row[name] for name in _COLUMNS]
    values[_AT] = connection.ops.adapt_datetimefield_value(entry.at)
    values[_DATA] = data_text(entry.data)
    return values


_AT, _DATA = _COLUMNS.index("at"), _COLUMNS.index("data")


def lock_head(organisation_id: int) -> tuple[int, str]:
    """Return (seq, digest) of the chain's end, locked: writers of one organisation queue here."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    sql = f"SELECT seq, digest FROM audit_head WHERE organisation_id = %s{lock}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id])
        found = cursor.fetchone()
        if found is None:
            Head.objects.bulk_create([Head(organisation_id=organisation_id)], ignore_conflicts=True)
            cursor.execute(sql, [organisation_id])
            found = cursor.fetchone()
    seq, digest = found
    return seq, digest


def move_head(organisation_id: int, seq: int, digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_head SET seq = %s, digest = %s WHERE organisation_id = %s",
            [seq, digest, organisation_id],
        )


def read(
    organisation_id: int, *, after: int | None = None, until: int | None = None
) -> Generator[Row, None, None]:
    """Yield the entries in order as they stand in the database. Raises Unreadable at a torn row."""
    columns = ", ".join(_reading(name) for name in _COLUMNS)
    sql = (
        f"SELECT {columns} FROM audit_entry "  # noqa: S608 - names are ours
        "WHERE organisation_id = %s AND seq > %s AND seq <= %s ORDER BY seq"
    )
    make = Row._make
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(
            sql,
            [
                organisation_id,
                -_LAST if after is None else after,
                _LAST if until is None else until,
            ],
        )
        try:
            yield from map(make, cursor)
        except (DatabaseError, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from error


def _reading(name: str) -> str:
    """SQLite's driver would turn what is declared a time into one, and stop where it is none."""
    if name == "data" and connection.vendor == "postgresql":
        return "data::text"
    if name in {"at", "data"}:
        return f"CAST({name} AS TEXT)" if connection.vendor == "sqlite" else name
    return name


def digests(organisation_id: int, low: int, high: int) -> list[bytes]:
    """Return the digests of entries *low* + 1 to *high* in order."""
    rows = Entry.objects.filter(organisation_id=organisation_id, seq__gt=low, seq__lte=high)
    return [bytes.fromhex(each) for each in rows.order_by("seq").values_list("digest", flat=True)]


def torn(table: str, columns: Sequence[str], organisation_id: int) -> list[list[str]]:
    """Return the rows as text whatever was done to them: what cannot be decoded is replaced.

    The first of *columns* orders; a time, which is last, has whole seconds in UTC.
    """
    sqlite = connection.vendor == "sqlite"
    read = [f"CAST({name} AS {'BLOB' if sqlite else 'TEXT'})" for name in columns]
    if columns[-1] == "at" and not sqlite:
        read[-1] = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
    sql = (
        f"SELECT {', '.join(read)} FROM {table} "  # noqa: S608 - names are ours
        f"WHERE organisation_id = %s ORDER BY {columns[0]}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id])
        return [[_text(value) for value in row] for row in cursor.fetchall()]


def _text(value: bytes | str | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def organisations() -> list[int]:
    """Everybody who has an entry, the end of a chain, or something that was signed."""
    found: set[int] = set()
    for model in (Entry, Head, Checkpoint, Subtree):
        every = model._default_manager.order_by().values_list("organisation_id", flat=True)
        found.update(every.distinct())
    return sorted(found)
