"""Many rows at once: COPY where the database has it, one prepared statement elsewhere.

For rows by the ten thousand, which would spend their time in model objects. Defaults of the
model do not apply: name every column that has no default in the database.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, models

Value = str | int | float | bool | datetime | None
# What one statement takes: memory stays at some megabytes.
PART = 2000


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Insert *rows*, whose values stand in the order of the fields *names*; JSON comes as text.

    Returns how many. Runs in the caller's transaction; constraints hold as ever.
    """
    columns = [str(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
    write = _copy if connection.vendor == "postgresql" else _execute
    total = 0
    waiting = iter(rows)
    while part := list(islice(waiting, PART)):
        write(model._meta.db_table, columns, part)
        total += len(part)
    return total


def _execute(table: str, columns: list[str], rows: list[Sequence[Value]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    # Table and columns are a model's own; only values come from outside.
    statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[_plain(value) for value in row] for row in rows])


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, datetime):
        return str(connection.ops.adapt_datetimefield_value(value))
    return value


def _copy(table: str, columns: list[str], rows: list[Sequence[Value]]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    text = "".join(["\t".join([_word(value) for value in row]) + "\n" for row in rows])
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", io.BytesIO(text.encode()))


def _word(value: Value) -> str:
    """A value as COPY's text format writes it."""
    if isinstance(value, str):
        if "\\" in value:
            value = value.replace("\\", "\\\\")
        if value.isprintable():  # no tab and no line break in it
            return value
        return value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime) else str(value)
