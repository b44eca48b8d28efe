"""Rows are written while the next are read, with real commits as a worker makes them."""

import io

import pytest
from django.db import connection

from compliance.scans import matching, services, staging
from compliance.scans.models import CheckResult, Finding, Observation, QuarantinedRow, ScanRun
from compliance.shared.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(staging, "BATCH", 3)
    monkeypatch.setattr(staging, "MOST_KNOWN", 4)
    monkeypatch.setattr(services, "READ_AT_ONCE", 0)


def table(rows: int, end: str = "") -> io.BytesIO:
    lines = [f"h{n % 7},X-{n % 11},{'취약' if n % 2 else '양호'}" for n in range(rows)]
    return io.BytesIO("\n".join(["host,code,result", *lines, end]).encode())


def test_every_row_of_every_batch_is_there_once(manna, alice):
    run, _ = services.import_now(manna, table(100, "h1,,?"), name="a.csv", by=alice)
    assert (run.results.count(), run.quarantine.count()) == (100, 1)
    pairs = {(n % 7, n % 11) for n in range(100) if n % 2}
    assert Finding.objects.count() == Observation.objects.count() == len(pairs)
    numbers = list(Finding.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(pairs) + 1))


def test_a_file_that_breaks_after_many_batches_leaves_nothing(manna, alice):
    broken = b'{"SchemaVersion": 2, "ArtifactName": "a", "Results": [{"Target": "a", "Vulnerabilities": ['
    row = b'{"VulnerabilityID": "CVE-2026-%d", "PkgName": "p", "Severity": "HIGH"},'
    broken += b"".join(row % n for n in range(50)) + b"]]"
    with pytest.raises(Refused):
        services.import_now(manna, io.BytesIO(broken), name="a.json", by=alice)
    assert ScanRun.objects.get().state == "failed"
    for model in (CheckResult, QuarantinedRow, Finding, Observation):
        assert not model.objects.exists()


def test_what_the_database_refuses_in_a_batch_fails_the_run(manna, alice, monkeypatch):
    def refuse(*_arguments):
        raise Refused("no room")

    monkeypatch.setattr(staging.bulk, "insert", refuse)
    with pytest.raises(Refused):
        services.import_now(manna, table(100), name="a.csv", by=alice)
    assert ScanRun.objects.get().error == "no room"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no such statistics")
def test_who_asks_for_findings_of_a_large_run_finds_them_expected(manna, alice, monkeypatch):
    monkeypatch.setattr(matching, "CHUNK", 20)
    run, _ = services.import_now(manna, table(100), name="a.csv", by=alice)
    assert not run.error
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_vals::text FROM pg_stats"
            " WHERE tablename = 'scans_finding' AND attname = 'last_run_id'"
        )
        assert cursor.fetchone() == (f"{{{run.pk}}}",)
