"""Rows written once by the product's own code and written again as they are: one INSERT a table.

Loading the reference profile takes 25 ms, which thousands of tests would pay for the same rows.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, models

Rows = tuple[str, list[Any]]


class KeptRows:
    """What a *write* into empty *tables* left there; they stand in the order of their foreign keys."""

    def __init__(self, tables: list[type[models.Model]], write: Callable[[], Any]) -> None:
        self.tables, self.write = tables, write
        self.inserts: list[Rows] | None = None

    def bring(self) -> None:
        """Have the rows there. By *write*, unless it wrote into tables as empty as these before."""
        if any(model._base_manager.exists() for model in self.tables):
            self.write()
        elif self.inserts is None:
            self.write()
            self.inserts = [found for model in self.tables if (found := _insert(model))]
        else:
            with connection.cursor() as cursor:
                for statement, values in self.inserts:
                    cursor.execute(statement, values)


def _insert(model: type[models.Model]) -> Rows | None:
    """Return the INSERT that writes every row of the table again, keys included."""
    table = connection.ops.quote_name(model._meta.db_table)
    columns = [each.column for each in model._meta.concrete_fields]
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table} ORDER BY 1")  # noqa: S608
        rows = cursor.fetchall()
    if not rows:
        return None
    marks = ", ".join([f"({', '.join(['%s'] * len(columns))})"] * len(rows))
    return f"INSERT INTO {table} ({names}) VALUES {marks}", [cell for row in rows for cell in row]  # noqa: S608
