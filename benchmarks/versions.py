"""A new version of a profile of 1,000 items, 5,000 evidence links and 300 changes."""

import copy
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit.services import SYSTEM
from compliance.evidence.models import Evidence, EvidenceLink, EvidenceVersion, State, digest_of
from compliance.remediation.models import Source, Task
from compliance.requirements import carrying, services
from compliance.requirements.models import Area, Assessment, EvidenceKind, Profile, Requirement

ITEMS, LINKS_EACH, TASKS = 1000, 5, 200
ROUNDS = 5


def measure() -> Iterator[str]:
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.ALLOWED_HOSTS.append("testserver")
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]
    organisation = Organisation.objects.get(slug="bareun")
    people = list(User.objects.filter(memberships__organisation=organisation)[:2])
    old = _profile("1", changed=False)
    services.adopt(organisation, old, by=SYSTEM)
    _fill(organisation, old, people)
    new = _profile("2", changed=True)
    yield from _pages(people[0], organisation)
    began = time.process_time()
    planned = carrying.plan(organisation, old, new)
    yield (
        f"difference of {ITEMS} items, {len(planned.difference.changes)} changes: "
        f"{time.process_time() - began:.2f} s CPU"
    )
    pairs = dict(carrying.proposed(planned))
    with CaptureQueriesContext(connection) as queries:
        began, cpu = time.perf_counter(), time.process_time()
        done = carrying.carry_over(organisation, old, new, pairs=pairs, by=SYSTEM)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    yield (
        f"carry over {done.counts['assessments']} assessments, {done.counts['evidence']} links, "
        f"{done.counts['tasks']} tasks: {wall:.2f} s wall, {cpu:.2f} s CPU, {len(queries)} queries"
    )
    address = f"/o/bareun/requirements/versions/carried/{done.pk}/"
    yield _page(people[0], f"{done.counts['look_at']} things to look at", address)


def _pages(person: User, organisation: Organisation) -> Iterator[str]:
    both = "/o/bareun/requirements/versions/bench-list@1...bench-list@2/"
    yield _page(person, "difference", both)
    yield _page(person, "plan", f"{both}plan/")


def _page(person: User, name: str, address: str) -> str:
    client = Client()
    client.force_login(person)
    spent = []
    for _round in range(ROUNDS):
        with CaptureQueriesContext(connection) as queries:
            began = time.process_time()
            answer = client.get(address)
            spent.append((time.process_time() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)  # noqa: S101
    median = statistics.median(spent)
    return f"page “{name}”: {median:.0f} ms CPU, {len(queries)} queries, {len(answer.content) // 1024} KB"


def _profile(version: str, *, changed: bool) -> Profile:
    """Version 2 rewords 100, raises 50, renumbers 50, drops 50 and adds 50."""
    like = Profile.objects.get(identifier="order-integration-reference")
    profile = copy.copy(like)
    profile.pk, profile._state.adding = None, True
    profile.identifier, profile.version, profile.digest = "bench-list", version, version * 64
    profile.save()
    areas = Area.objects.bulk_create(
        Area(profile=profile, code=f"A{n}", order=n, title_ko=f"영역 {n}") for n in range(10)
    )
    kind = EvidenceKind.objects.create(
        profile=profile, code="config", title_ko="설정 파일", max_age_days=365
    )
    texts = [row.statement_ko for row in like.requirements.all()]
    rows = [row for n in range(ITEMS) if (row := _row(n, texts, changed=changed))]
    made = Requirement.objects.bulk_create(
        Requirement(profile=profile, area=areas[n % 10], order=n, **row)
        for n, row in enumerate(rows)
    )
    through = Requirement.evidence_kinds.through
    through.objects.bulk_create(
        through(requirement_id=row.pk, evidencekind_id=kind.pk) for row in made
    )
    return profile


def _row(n: int, texts: list[str], *, changed: bool) -> dict[str, Any] | None:
    row: dict[str, Any] = {
        "code": f"B-{n:04}",
        "title_ko": f"요구사항 {n}번 {texts[n % len(texts)][:20]}",
        "statement_ko": f"{n}번 시스템에서 {texts[n % len(texts)]} {texts[(n * 7) % len(texts)]}",
        "provenance": Requirement.Provenance.INFERRED,
        "severity": "high",
        "automation": Requirement.Automation.MANUAL,
    }
    if not changed:
        return row
    if n < 100:
        row["statement_ko"] = row["statement_ko"].replace("한다", "하여야 한다") + " 매년 확인한다."
    elif n < 150:
        row["severity"] = "critical"
    elif n < 200:
        row["code"] = f"C-{n:04}"
    elif n < 250:
        return None
    elif n < 300:
        row["code"] = f"D-{n:04}"
        row["title_ko"] = f"새 항목 {n}"
        row["statement_ko"] = f"새로 생긴 {n}번 항목은 이전 목록에 없던 일을 요구한다."
    return row


@transaction.atomic
def _fill(organisation: Organisation, profile: Profile, people: list[User]) -> None:
    """Sign every verdict, prove every item five times, open 200 tasks."""
    author, reviewer = people
    now, today = timezone.now(), timezone.localdate()
    rows = Assessment.objects.filter(organisation=organisation, requirement__profile=profile)
    rows.update(
        verdict="met", statement="이렇게 이행합니다. " * 20, decided_by=author, decided_at=now
    )
    requirements = list(profile.requirements.all())
    kind = profile.evidence_kinds.get()
    evidence = Evidence.objects.bulk_create(
        Evidence(
            organisation=organisation,
            number=100_000 + n,
            title=f"증적 {n}",
            kind=kind,
            kind_code=kind.code,
            created_by=author,
        )
        for n in range(ITEMS)
    )
    versions = EvidenceVersion.objects.bulk_create(
        EvidenceVersion(
            evidence=each, number=1, collected_at=today, uploaded_by=author, digest=digest_of([])
        )
        for each in evidence
    )
    EvidenceLink.objects.bulk_create(
        (
            EvidenceLink(
                organisation=organisation,
                evidence=evidence[(n + k) % ITEMS],
                requirement=requirement,
                version=versions[(n + k) % ITEMS],
                state=State.ACCEPTED,
                submitted_by=author,
                submitted_at=now,
                reviewed_by=reviewer,
                reviewed_at=now,
                reviewed_version=versions[(n + k) % ITEMS],
                reviewed_digest=versions[(n + k) % ITEMS].digest,
                valid_until=today + timedelta(days=300),
            )
            for n, requirement in enumerate(requirements)
            for k in range(LINKS_EACH)
        ),
        batch_size=500,
    )
    Task.objects.bulk_create(
        Task(
            organisation=organisation,
            number=100_000 + n,
            source=Source.PERSON,
            requirement=requirements[n * 3],
            title=f"보완조치 {n}",
            due=today,
            created_by=author,
        )
        for n in range(TASKS)
    )
