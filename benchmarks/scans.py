"""Imports of generated scan results, each in a process of its own, beside their floors.

The floors are of the same file: to parse and hash it, and to write its rows (COPY where the
database has it). `python -m benchmarks scans` runs every size; BENCH_SCAN_SIZES names others.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZES = tuple(
    int(n) for n in os.environ.get("BENCH_SCAN_SIZES", "1000,10000,50000,200000").split(",")
)
FORMATS = tuple(os.environ.get("BENCH_SCAN_FORMATS", "trivy,sarif,nessus,generic").split(","))
BATCH = 1000
# DefectDojo 3.2.0 with PostgreSQL on two quiet cores, Trivy: seconds, and megabytes.
PEER = {1_000: (22.4, 211), 10_000: (234.7, 354), 50_000: (1172.0, 947)}


def measure() -> Iterator[str]:
    for kind in FORMATS:
        sizes: dict[int, dict[str, Any]] = {}
        for size in SIZES:
            facts = _child(kind, size)
            if "refused" in facts:
                yield f"{kind}: {facts['refused']}"
                break
            yield from _lines(kind, size, facts)
            sizes[size] = facts
        if len(sizes) > 1:
            yield from _growth(kind, sizes)


def _growth(kind: str, sizes: dict[int, dict[str, Any]]) -> Iterator[str]:
    """What a row costs at each size: the same where cost grows as the file does."""
    for key, what in (("first", "first import"), ("again", "unchanged")):
        wall = [f"{n}: {facts[key] / n * 1e6:.0f}" for n, facts in sizes.items()]
        cpu = [
            f"{n}: {(facts[key + '_cpu'] + facts[key + '_server']) / n * 1e6:.0f}"
            for n, facts in sizes.items()
        ]
        yield f"{kind}: {what}, microseconds a row at each size: {', '.join(wall)}"
        yield f"{kind}: {what}, of CPU here and in the server: {', '.join(cpu)}"


def _lines(kind: str, size: int, facts: dict[str, Any]) -> Iterator[str]:
    name = f"{kind:<7} {size:>6} rows"
    yield (
        f"{name}: {facts['megabytes']:.0f} MB; floor: parse and hash {facts['parse']:.2f} s, "
        f"write the rows {facts['write']:.2f} s"
    )
    floor = facts["parse"] + facts["write"]
    for key, what in (("first", "first import"), ("again", "unchanged")):
        seconds = facts[key]
        yield (
            f"{name}: {what} {seconds:.2f} s ({size / seconds:,.0f}/s, {seconds / floor:.1f} x floor), "
            f"{facts[key + '_cpu']:.2f} s CPU here"
            f" and {facts[key + '_server']:.2f} s in the server, {facts[key + '_queries']} queries, "
            f"{facts[key + '_queries'] / max(1, size / BATCH):.1f} for {BATCH} rows"
        )
    yield f"{name}: {facts['tasks']} tasks opened, {facts['mappings']} mappings, peak memory {facts['peak']} MB"
    if kind == "trivy" and size in PEER:
        wall, memory = PEER[size]
        yield (
            f"{name}: the peer took {wall:.0f} s and {memory} MB, "
            f"{wall / facts['first']:.0f} times as long and {memory / facts['peak']:.1f} times as much"
        )


def _child(kind: str, size: int) -> dict[str, Any]:
    """Measured in a fresh process: memory is of this import alone."""
    command = [sys.executable, "-m", "benchmarks.scans", kind, str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def _measure_one(kind: str, size: int) -> dict[str, Any]:
    from django.urls import get_resolver

    from benchmarks._samples import SAMPLES
    from compliance.scans import parsers
    from compliance.shared.errors import Refused

    get_resolver().url_patterns  # noqa: B018 - a worker has read them when it takes a job
    with tempfile.TemporaryDirectory() as folder:
        first, again = Path(folder) / "first", Path(folder) / "again"
        SAMPLES[kind](first, size, "2026-11-20T03:00:00+00:00")
        SAMPLES[kind](again, size, "2026-11-21T03:00:00+00:00")
        try:
            with first.open("rb") as stream:
                parsers.choose(stream)
        except Refused as refusal:
            return {"refused": str(refusal)}
        facts = {"megabytes": first.stat().st_size / 1e6, **_import(first, "first")}
        facts |= _counted() | _import(again, "again")
        facts["peak"] = _peak()
        facts |= _floor(first)
    return facts


def _import(path: Path, name: str) -> dict[str, Any]:
    from django.db import connection
    from django.db.backends.signals import connection_created

    from benchmarks._server import server_cpu
    from compliance.accounts.models import Organisation, User
    from compliance.scans import services
    from compliance.scans.models import ScanRun

    organisation = Organisation.objects.get(slug="bareun")
    by = User.objects.get(email="seoyeon@bareun.example")
    queries, server = 0, server_cpu()

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*arguments)

    def count_too(connection: Any, **_news: Any) -> None:
        connection.execute_wrappers.append(count)

    # Rows are written by a thread with a connection of its own; COPY is no query here.
    connection_created.connect(count_too)
    with path.open("rb") as stream, connection.execute_wrapper(count):
        wall, cpu = time.perf_counter(), time.process_time()
        # A run has its scope in its name: SARIF and generic files name no asset themselves.
        run, _fresh = services.import_now(organisation, stream, name=f"{path.name}.scan", by=by)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    connection_created.disconnect(count_too)
    assert run.state == ScanRun.State.IMPORTED, run.error  # noqa: S101
    seen = run.count("unchanged")
    assert seen == 0 if name == "first" else seen >= run.count("rows") * 0.9, run.counts  # noqa: S101
    server = server_cpu() - server
    return {name: wall, f"{name}_cpu": cpu, f"{name}_server": server, f"{name}_queries": queries}


def _counted() -> dict[str, int]:
    from compliance.remediation.models import Task
    from compliance.scans.models import RuleMapping, ScanRun

    run = ScanRun.objects.latest("pk")
    return {
        "tasks": Task.objects.filter(finding__first_run=run).count(),
        "mappings": RuleMapping.objects.filter(rule__findings__first_run=run).count(),
    }


def _peak() -> int:
    """Megabytes that this process held at most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


def _floor(path: Path) -> dict[str, float]:
    """What cannot be saved: reading the file, and writing its rows once, without any of the rest."""
    from django.db import connection, transaction

    from compliance.scans.models import CheckResult, ScanRun
    from compliance.scans.staging import RESULT
    from compliance.shared import bulk

    began = time.perf_counter()
    parsed = _parse_and_hash(path)
    parse = time.perf_counter() - began
    run = ScanRun.objects.latest("pk")
    names = [CheckResult._meta.get_field(name).attname for name in RESULT]
    rows = CheckResult.objects.filter(run=run).values_list(*names).iterator(chunk_size=2000)
    place = names.index("place")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_rows AS SELECT * FROM scans_checkresult WHERE 1 = 0"
        )
        table, CheckResult._meta.db_table = CheckResult._meta.db_table, "bench_rows"
        write = 0.0
        prepared = [[*row[:place], json.dumps(row[place]), *row[place + 1 :]] for row in rows]
        began = time.perf_counter()
        bulk.insert(CheckResult, RESULT, prepared)
        write = time.perf_counter() - began
        CheckResult._meta.db_table = table
        cursor.execute("DROP TABLE bench_rows")
    return {"parse": parse, "write": write, "parsed": parsed}


def _parse_and_hash(path: Path) -> int:
    from compliance.scans import parsers
    from compliance.scans.records import Row
    from compliance.scans.staging import fingerprint

    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
        return sum(
            len(fingerprint(record.identity)) > 0
            for record in parsers.read(stream)
            if isinstance(record, Row)
        )


if __name__ == "__main__":
    import django

    # What an installation takes at most is a setting of its own; 200,000 rows are 350 MB.
    os.environ["UPLOAD_LIMIT_MB"] = "1000"
    django.setup()
    print(json.dumps(_measure_one(sys.argv[1], int(sys.argv[2]))))
