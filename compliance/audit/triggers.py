"""The database says no too: triggers refuse to change or remove what was written."""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Tables that only grow, each with what tells two rows of it apart beside the primary key.
_TABLES = {
    "audit_entry": "organisation_id = NEW.organisation_id AND seq = NEW.seq",
    "audit_checkpoint": "organisation_id = NEW.organisation_id AND size = NEW.size",
    "audit_subtree": "organisation_id = NEW.organisation_id AND number = NEW.number",
}
_FUNCTION = """CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are append only'; END $$"""
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit entries are append only'); END"


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on those of the tables that there are."""
    there = set(connection.introspection.table_names())
    statements = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for table in _TABLES:
            if table in there:
                for statement in statements(table):
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in _TABLES:
            if table in there:
                for name in _NAMES[connection.vendor]:
                    on = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")


def keep(using: str, **kwargs: Any) -> None:
    """After every migration: SQLite loses the triggers of a table that it makes anew."""
    create(connections[using])


_NAMES = {
    "postgresql": ["append_only", "no_truncate"],
    "sqlite": ["no_update", "no_delete", "no_replace"],
}


def _postgresql(table: str) -> list[str]:
    execute = "EXECUTE FUNCTION audit_entry_refuse()"
    return [
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {execute}",
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT {execute}",
    ]


def _sqlite(table: str) -> list[str]:
    # INSERT OR REPLACE removes a row without asking the triggers for DELETE.
    there = f"SELECT 1 FROM {table} WHERE id = NEW.id OR ({_TABLES[table]})"  # noqa: S608 - names
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {_REFUSE}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {_REFUSE}",
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS ({there}) {_REFUSE}",
    ]
