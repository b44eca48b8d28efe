"""The audit stream: an append beside a plain insert of the same row, the check of a long chain with
its checkpoints, twenty writers at once."""

import time
from collections.abc import Iterator

from django.db import connection, transaction

from benchmarks import pages
from benchmarks._server import server_cpu
from compliance.accounts.models import Organisation, User
from compliance.audit import checking, context, proofs
from compliance.audit.context import RequestFacts
from compliance.audit.models import Entry
from compliance.audit.services import record, record_all, sign_all
from tests.audit import writers

COUNT = 2000
LONG = 100_000
LOT = 5000
FROM = RequestFacts("0" * 32, "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


def measure() -> Iterator[str]:
    organisation = Organisation.objects.get(slug="bareun")
    yield _append(organisation)
    yield _writers(organisation)
    lead = User.objects.get(email__startswith="seoyeon@")
    for _lot in range(LONG // LOT):
        with transaction.atomic(), context.of_request(FROM):
            told = [(organisation, {"number": n, "reason": "방화벽 정책"}) for n in range(LOT)]
            record_all(lead, "organisation.created", told)
    began = time.process_time()
    sign_all()
    yield f"sign {LONG:,} new entries: {time.process_time() - began:.2f} s CPU"
    for _again in range(2):
        yield _check()
    yield _prove(organisation)
    yield from _pages(organisation)


def _append(organisation: Organisation) -> str:
    lead = User.objects.get(email__startswith="seoyeon@")
    # As from a page: name, address of mail, address and browser are held apart from the entry.
    with transaction.atomic(), context.of_request(FROM):
        began, theirs = time.process_time(), server_cpu()
        for number in range(COUNT):
            record(lead, "organisation.created", organisation, number=number, owner="최준호")
        append = (time.process_time() - began) / COUNT * 1000
        server = (server_cpu() - theirs) / COUNT * 1000
    with transaction.atomic():
        plain = _plain_inserts(organisation)
        transaction.set_rollback(True)
    more = f", {server:.2f} ms in the server" if connection.vendor == "postgresql" else ""
    return f"append {append:.2f} ms CPU{more}, plain insert {plain:.2f} ms, {append - plain:.2f} ms over it"


def _plain_inserts(organisation: Organisation) -> float:
    last = Entry.objects.filter(organisation_id=organisation.pk).latest("seq")
    began = time.process_time()
    for number in range(COUNT):
        last.pk, last.seq = None, last.seq + 1
        last.data = {"number": number, "owner": "최준호"}
        last.save(force_insert=True)
    return (time.process_time() - began) / COUNT * 1000


def _writers(organisation: Organisation) -> str:
    began = time.perf_counter()
    failed = writers.write(organisation.pk)
    seconds = time.perf_counter() - began
    broken = [report.broken for report in checking.check_all() if report.broken]
    count = writers.WRITERS * writers.EACH
    verdict = "; ".join(broken) or "unbroken"
    return f"20 writers, {count} appends: {seconds:.1f} s wall, {failed} failed, chain {verdict}"


def _check() -> str:
    began, cpu, theirs = time.perf_counter(), time.process_time(), server_cpu()
    reports = checking.check_all()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    count = sum(report.entries for report in reports)
    word = "intact" if all(report.intact for report in reports) else "BROKEN"
    server = server_cpu() - theirs
    return (
        f"verify {count:,} entries: {wall:.2f} s wall, {cpu:.2f} s CPU here and {server:.2f} s in the "
        f"server ({count / cpu:,.0f} a second of CPU), {word}"
    )


def _prove(organisation: Organisation) -> str:
    began = time.process_time()
    proof = proofs.prove(organisation.pk, LONG // 3)
    seconds = time.process_time() - began
    assert proof is not None  # noqa: S101
    return (
        f"prove one of {proof['size']:,}: {seconds * 1000:.0f} ms CPU, {len(proof['path'])} hashes"
    )


def _pages(organisation: Organisation) -> Iterator[str]:
    pages.as_served()
    log = f"/o/{organisation.slug}/audit/"
    asked = {
        "newest": "",
        "page 1,000": f"?before={LONG // 2}",
        "a text that is nowhere": "?q=zzzz",
        "a person": "?actor=윤서연",
        "one object": "?of=evidence.evidence:1",
        "access records": "?sort=access",
    }
    lead = User.objects.get(email__startswith="seoyeon@")
    named = {f"{LONG:,}: {name}": f"{log}{query}" for name, query in asked.items()}
    yield from pages.measured(lead, named)
