"""Tasks from a run of 50,000 findings over the threshold, and a thousand late ones escalated."""

import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks._server import server_cpu
from compliance.accounts.models import Organisation, User
from compliance.remediation import escalating, opening
from compliance.remediation.models import Task
from compliance.scans.models import Asset, Finding, Rule, ScanRun
from compliance.vault.models import Blob

FINDINGS, ASSETS, RULES, LATE = 50_000, 500, 200, 1_000


def measure() -> Iterator[str]:
    organisation = Organisation.objects.get(slug="bareun")
    run = _run(organisation)
    with CaptureQueriesContext(connection) as queries:
        began, cpu, server = time.perf_counter(), time.process_time(), server_cpu()
        opened = opening.open_for_findings(run)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        server = server_cpu() - server
    assert opened.opened == FINDINGS, opened  # noqa: S101
    yield (
        f"open {FINDINGS:,} tasks from one run: {wall:.1f} s wall, {cpu:.1f} s CPU here "
        f"and {server:.1f} s in the server, {len(queries)} statements"
    )
    began = time.perf_counter()
    again = opening.open_for_findings(run)
    assert again.opened == 0, again  # noqa: S101
    yield f"the same run again opens nothing: {time.perf_counter() - began:.2f} s"
    late = Task.objects.filter(finding__last_run=run).order_by("number").values("pk")[:LATE]
    Task.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(
        due=timezone.localdate() - timedelta(days=30)
    )
    began = time.perf_counter()
    taken = escalating.run()
    yield f"escalate {taken:,} steps among 50,000 tasks: {time.perf_counter() - began:.1f} s"


def _run(organisation: Organisation) -> ScanRun:
    """A run that saw everything, without a file behind it."""
    lead = User.objects.get(email="seoyeon@bareun.example")
    blob = Blob.objects.create(
        organisation=organisation, sha256="f" * 64, size=1, media_type="text/csv"
    )
    now = timezone.now()
    like = ScanRun.objects.filter(organisation=organisation).latest("pk")
    like.pk, like._state.adding = None, True
    like.blob, like.finished_at, like.imported_by, like.job = blob, now, lead, None
    like.save(force_insert=True)
    rules = list(Rule.objects.all()[:RULES])
    assets = Asset.objects.bulk_create(
        Asset(organisation=organisation, kind="host", key=f"bench-{n}", name=f"bench-{n}")
        for n in range(ASSETS)
    )
    number = Finding.objects.filter(organisation=organisation).count()
    Finding.objects.bulk_create(
        (
            Finding(
                organisation=organisation,
                number=number + n + 1,
                asset=assets[n % ASSETS],
                rule=rules[n // ASSETS % len(rules)],
                fingerprint=f"{n:064x}",
                format=like.format,
                title=f"root 계정의 원격 접속이 허용되어 있다 ({n})",
                location=f"/etc/ssh/sshd_config:{n}",
                excerpt="PermitRootLogin yes",
                severity="high",
                reported_severity="high",
                first_run=like,
                last_run=like,
                first_seen_at=now,
                last_seen_at=now,
            )
            for n in range(FINDINGS)
        ),
        batch_size=2000,
    )
    return like
