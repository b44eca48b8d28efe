"""An application under a profile of 1,000 requirements: queries and CPU of its pages."""

import statistics
import time
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from compliance.accounts.models import Organisation, User
from compliance.applications import services
from compliance.applications.models import Application, ReceivedVerdict
from compliance.requirements.models import (
    Adoption,
    Area,
    Assessment,
    EvidenceKind,
    Platform,
    Profile,
    Requirement,
)

REQUIREMENTS = 1000
AREAS = 10
ROUNDS = 7


def measure() -> Iterator[str]:
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    if "testserver" not in settings.ALLOWED_HOSTS:
        settings.ALLOWED_HOSTS.append("testserver")
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "whitenoise" not in each]
    lead = User.objects.get(email="seoyeon@bareun.example")
    application = _application(lead)
    client = Client()
    client.force_login(lead)
    path = f"/o/bareun/applications/{application.number}/"
    yield _line(client, "overview, 1,000 requirements", path)
    yield _line(client, "whole checklist, page 1", f"{path}preflight/")
    area = f"{path}preflight/?area=A1&part=area"
    yield _line(client, "one area by htmx", area, {"HX-Request": "true"})
    round_ = application.current_round
    ReceivedVerdict.objects.bulk_create(
        ReceivedVerdict(
            round=round_,
            requirement=each,
            verdict="supplement",
            words="증적을 보완하십시오.",
            entered_by=lead,
        )
        for each in application.profile.requirements.all()[:200]
    )
    yield _line(client, "round, 200 asked", f"{path}rounds/1/")
    yield _line(client, "verdicts, 50 of 1,000", f"{path}rounds/1/verdicts/")


def _application(lead: User) -> Application:
    """Every second item is met; every item asks for evidence and has none."""
    organisation = Organisation.objects.get(slug="bareun")
    platform, _made = Platform.objects.get_or_create(code="bench", defaults={"title_ko": "시험"})
    profile = Profile.objects.create(
        platform=platform,
        identifier="bench-applications",
        version="1",
        status=Profile.Status.PLATFORM,
        title_ko="요구사항 1,000개",
        published_on=date(2026, 1, 1),
        digest="0" * 64,
    )
    kind = EvidenceKind.objects.create(profile=profile, code="capture", title_ko="화면")
    areas = Area.objects.bulk_create(
        Area(profile=profile, code=f"A{n}", title_ko=f"영역 {n}", order=n) for n in range(AREAS)
    )
    rows = Requirement.objects.bulk_create(
        Requirement(
            profile=profile,
            area=areas[n % AREAS],
            code=f"R-{n:04d}",
            order=n,
            title_ko=f"요구사항 {n}",
            statement_ko="관리자 접속은 접근통제 서버를 거쳐야 한다. " * 8,
            provenance=Requirement.Provenance.PLATFORM,
            severity="high",
            automation=Requirement.Automation.MANUAL,
        )
        for n in range(REQUIREMENTS)
    )
    through = Requirement.evidence_kinds.through
    through.objects.bulk_create(
        through(requirement_id=each.pk, evidencekind_id=kind.pk) for each in rows
    )
    Adoption.objects.create(organisation=organisation, profile=profile)
    Assessment.objects.bulk_create(
        Assessment(
            organisation=organisation,
            requirement=each,
            verdict="met" if n % 2 else "not_checked",
            statement="이행하고 있습니다. " * 40 if n % 2 else "",
        )
        for n, each in enumerate(rows)
    )
    return services.create(organisation, profile=profile, by=lead, title="요구사항 1,000개")


def _line(client: Client, name: str, path: str, headers: dict[str, str] | None = None) -> str:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.status_code)  # noqa: S101
    number, size = len(queries), len(answer.content) / 1024
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        client.get(path, headers=headers)
        times.append(time.process_time() - began)
    median = statistics.median(times) * 1000
    return f"{name:<30} {number:>3} queries {median:>6.0f} ms CPU {size:>6.0f} KB"
