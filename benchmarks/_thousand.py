"""A company with a profile of 1,000 requirements, all assessed, with evidence and tasks."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, User
from compliance.accounts.roles import Role
from compliance.audit.services import SYSTEM
from compliance.evidence.models import Evidence, EvidenceLink, EvidenceVersion, digest_of
from compliance.remediation.models import Task
from compliance.requirements import services
from compliance.requirements.models import (
    Area,
    Assessment,
    EvidenceKind,
    Platform,
    Profile,
    Requirement,
)

ROWS = 1000
AREAS = 10
VERDICTS = ["met", "met", "partial", "not_met", "inconclusive", "not_checked", "not_applicable"]
SEVERITIES = ["critical", "high", "medium", "low"]


def company(rows: int = ROWS) -> tuple[Organisation, Profile, User]:
    """Make the company once and return it, its profile and its security lead."""
    if made := Organisation.objects.filter(slug="thousand").first():
        people = User.objects.get(email="lead@thousand.example")
        return made, Profile.objects.get(identifier="bench-thousand"), people
    organisation = accounts.create_organisation(name="천항목배달", slug="thousand")
    lead, fixer = (_person(organisation, *each) for each in PEOPLE)
    profile = _profile(rows)
    services.adopt(organisation, profile, by=SYSTEM)
    requirements = list(profile.requirements.order_by("order"))
    _assess(organisation, lead, fixer)
    _evidence(organisation, requirements, lead, fixer)
    _tasks(organisation, requirements, fixer)
    return organisation, profile, lead


PEOPLE = [("lead", "이천항", Role.SECURITY_LEAD), ("fixer", "박조치", Role.CONTRIBUTOR)]


def _person(organisation: Organisation, name: str, korean: str, role: Role) -> User:
    user = User.objects.create_user(f"{name}@thousand.example", None, name=korean)
    accounts.add_member(organisation, user, role, by=SYSTEM)
    return user


def _profile(rows: int) -> Profile:
    platform, _made = Platform.objects.get_or_create(
        code="bench", defaults={"title_ko": "측정 플랫폼"}
    )
    profile = Profile.objects.create(
        platform=platform,
        identifier="bench-thousand",
        version="1",
        title_ko="천 항목 프로파일",
        status="platform",
        published_on=timezone.localdate(),
        digest=hashlib.sha256(b"bench").hexdigest(),
    )
    areas = Area.objects.bulk_create(
        Area(profile=profile, code=f"A{n:02}", title_ko=f"영역 {n}", order=n) for n in range(AREAS)
    )
    kinds = EvidenceKind.objects.bulk_create(
        EvidenceKind(profile=profile, code=f"kind-{n}", title_ko=f"증적 종류 {n}")
        for n in range(20)
    )
    made = Requirement.objects.bulk_create(
        Requirement(
            profile=profile,
            area=areas[n * AREAS // rows],
            code=f"B-{n:04}",
            order=n,
            title_ko=f"주문 연동 서버의 접근 통제와 접속 기록을 정해진 주기로 점검하고 남긴다 ({n})",
            statement_ko="접속 기록을 매월 점검하고 결과를 남긴다. " * 4,
            provenance=["platform", "example", "inferred"][n % 3],
            mandatory=n % 5 != 0,
            severity=SEVERITIES[n % 4],
            automation="manual",
        )
        for n in range(rows)
    )
    through = Requirement.evidence_kinds.through
    through.objects.bulk_create(
        through(requirement=each, evidencekind=kinds[(n + shift) % len(kinds)])
        for n, each in enumerate(made)
        for shift in range(2)
    )
    return profile


def _assess(organisation: Organisation, lead: User, fixer: User) -> None:
    now, today = timezone.now(), timezone.localdate()
    rows = list(Assessment.objects.filter(organisation=organisation).order_by("pk"))
    for n, row in enumerate(rows):
        row.verdict = VERDICTS[n % len(VERDICTS)]
        row.reason = "다른 법인이 운영하는 시스템이다." if row.verdict == "not_applicable" else ""
        row.statement = "운영팀이 매월 접속 기록을 점검하고 보고서를 남긴다. " * 6
        row.owner = [lead, fixer, None][n % 3]
        row.due = today + timedelta(days=n % 60 - 20)
        if row.verdict != "not_checked":
            row.decided_by, row.decided_at = lead, now
        row.updated_by, row.updated_at, row.revision = lead, now, 1
    columns = ["verdict", "reason", "statement", "owner", "due", "decided_by", "decided_at"]
    Assessment.objects.bulk_update(
        rows, [*columns, "updated_by", "updated_at", "revision"], batch_size=200
    )


def _evidence(
    organisation: Organisation, requirements: list[Requirement], lead: User, fixer: User
) -> None:
    now, today = timezone.now(), timezone.localdate()
    papers = Evidence.objects.bulk_create(
        Evidence(
            organisation=organisation,
            number=n + 1,
            title=f"접속 기록 점검 보고서 {n}",
            kind_code=f"kind-{n % 20}",
            created_by=fixer,
        )
        for n in range(len(requirements))
    )
    versions = EvidenceVersion.objects.bulk_create(
        EvidenceVersion(
            evidence=each, number=1, collected_at=today, uploaded_by=fixer, digest=digest_of([])
        )
        for each in papers
    )
    states = ["accepted", "accepted", "in_review", "returned", "expired"]
    links = []
    for n, (paper, version) in enumerate(zip(papers, versions, strict=True)):
        state = states[n % len(states)]
        reviewed: dict[str, Any] = {}
        if state != "in_review":
            reviewed = {"reviewed_by": lead, "reviewed_at": now, "reviewed_version": version}
            reviewed["reviewed_digest"] = version.digest
        links += [
            EvidenceLink(
                organisation=organisation,
                evidence=paper,
                requirement=requirements[(n + shift) % len(requirements)],
                version=version,
                state=state,
                submitted_by=fixer,
                submitted_at=now,
                reason="날짜가 보이지 않는다." if state == "returned" else "",
                valid_until=today + timedelta(days=-1 if state == "expired" else 200),
                **reviewed,
            )
            for shift in range(2)
        ]
    EvidenceLink.objects.bulk_create(links)


def _tasks(organisation: Organisation, requirements: list[Requirement], fixer: User) -> None:
    Task.objects.bulk_create(
        Task(
            organisation=organisation,
            number=n + 1,
            source="person",
            requirement=each,
            title=f"{each.code} 보완",
            severity=SEVERITIES[n % 4],
            assignee=fixer,
            due=timezone.localdate() + timedelta(days=n % 40 - 5),
            state="in_progress" if n % 3 else "registered",
        )
        for n, each in enumerate(requirements)
        if n % 2
    )
