"""The whole database as text, column by column."""

from collections.abc import Iterator

from django.db import connection


def columns_with(text: str) -> set[str]:
    """Return {table.column} in which *text* stands, in whatever case or JSON form."""
    return {where for where, value in _cells() if _stands(text, value)}


def _stands(text: str, value: object) -> bool:
    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    escaped = text.encode("ascii", "backslashreplace").decode()
    return text.lower() in shown.lower() or escaped in shown


def _cells() -> Iterator[tuple[str, object]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", value
