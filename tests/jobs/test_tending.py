"""The database is tended once a day."""

import pytest
from django.db import connection

from compliance.jobs import tasks


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL finds it out by itself")
@pytest.mark.django_db
def test_sqlite_learns_how_its_rows_are_spread(manna, alice):
    tasks.tend()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'accounts_membership'")
        assert cursor.fetchone()[0] > 0
