"""Many rows at once: COPY where the database has it, one prepared statement elsewhere.

For rows by the ten thousand, which would spend their time in model objects. Defaults of the
model do not apply: name every column that has no default in the database.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from json.encoder import encode_basestring
from typing import Any

from django.db import connection, models

Value = str | int | float | bool | datetime | None
# What one statement takes: memory stays at some megabytes.
PART = 1000
# What the driver takes of a COPY at once. It asks for the interpreter's lock each time, and a
# thread that reads a file beside it gives that away every five milliseconds.
CHUNK = 1 << 20


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


def numbers(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for *count* rows that `insert` writes with their "id", so nobody reads them again.

    On SQLite the caller's transaction, which is the only writer, keeps them free.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The sequence is looked up once: that takes longer than a number does.
            statement = """
                SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass))
                FROM generate_series(1, %s)
            """
            cursor.execute(statement, [table, count])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return list(range(last + 1, last + 1 + count))


def find(
    model: type[models.Model],
    names: Sequence[str],
    within: dict[str, Value],
    among: tuple[str, Iterable[str]],
) -> Iterator[tuple[Any, ...]]:
    """The fields *names* of rows where *within* holds and one field is *among* many texts.

    All texts are one parameter: a thousand of them cost the ORM more than the database. JSON
    comes as text.
    """
    quote = connection.ops.quote_name
    columns = {name: quote(str(model._meta.get_field(name).column)) for name in (*names, *within)}  # type: ignore[union-attr]
    name, texts = among
    column = quote(str(model._meta.get_field(name).column))  # type: ignore[union-attr]
    if connection.vendor == "postgresql":
        values: Any = list(texts)
        one_of = f"{column} = ANY(%s)"
    else:
        values = json.dumps(list(texts))
        one_of = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
    conditions = " AND ".join([*(f"{columns[each]} = %s" for each in within), one_of])
    chosen = ", ".join(columns[each] for each in names)
    # Table and columns are a model's own; only values come from outside.
    statement = f"SELECT {chosen} FROM {quote(model._meta.db_table)} WHERE {conditions}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [*within.values(), values])
        yield from cursor.fetchall()


def array(texts: Iterable[str]) -> str:
    """A JSON array of texts, written as PostgreSQL writes it: some five times as fast as json."""
    return f"[{', '.join(map(encode_basestring, texts))}]"


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
    # Row by row: as one text, which Hangul makes two bytes a letter, it would be there three times.
    rows_in = io.BytesIO()
    for row in rows:
        rows_in.write(("\t".join([_word(value) for value in row]) + "\n").encode())
    rows_in.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", rows_in, CHUNK)


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
