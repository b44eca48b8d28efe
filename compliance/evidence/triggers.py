"""The database says no too: triggers refuse to change a version or a file of it."""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_COLUMNS = {
    "evidence_evidenceversion": (
        "evidence_id, number, collected_at, source, note, valid_from, valid_until, digest, "
        "uploaded_by_id, uploaded_at"
    ),
    "evidence_evidencefile": 'version_id, blob_id, name, "order"',
}
_FUNCTION = """CREATE OR REPLACE FUNCTION evidence_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a version of an evidence is never changed'; END $$"""


def create(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table, columns in _COLUMNS.items():
            cursor.execute(_statement(connection.vendor, table, columns))


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for table in _COLUMNS:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_unchanged{on}")


def keep(using: str, **kwargs: Any) -> None:
    """After every migration: SQLite loses the triggers of a table that it makes anew."""
    connection = connections[using]
    if "evidence_evidencefile" in connection.introspection.table_names():
        create(connection)


def _statement(vendor: str, table: str, columns: str) -> str:
    if vendor == "postgresql":
        return (
            f"CREATE OR REPLACE TRIGGER {table}_unchanged BEFORE UPDATE OF {columns} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION evidence_refuse()"
        )
    return (
        f"CREATE TRIGGER IF NOT EXISTS {table}_unchanged BEFORE UPDATE OF {columns} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'a version of an evidence is never changed'); END"
    )
