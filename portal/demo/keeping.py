"""How the made-up company keeps its evidence: owners, tags, a hold, drafts, a request, an archive."""

import io
import zipfile
from datetime import timedelta

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.evidence import bulk, intake, keeping, requesting
from compliance.evidence import services as evidence
from compliance.evidence.bulk import Chosen
from compliance.evidence.models import Evidence, EvidenceRequest, Intake
from compliance.requirements.models import EvidenceKind, Profile, Requirement
from portal.demo import papers

TAGS = {"정기 점검": "점검", "계약": "계약", "네트워크": "방화벽", "교육": "교육"}


def fill(company: Organisation, profile: Profile, people: dict[str, User]) -> None:
    """Skips what is there: a cut seeding goes on where it stopped."""
    if not Evidence.objects.filter(organisation=company, tags__isnull=False).exists():
        _tag(company, people)
        _hold(company, people)
    if not EvidenceRequest.objects.filter(organisation=company).exists():
        _ask(company, profile, people)
    if not Intake.objects.filter(organisation=company).exists():
        _draft(company, profile, people)
        _archive(company, people)


def _tag(company: Organisation, people: dict[str, User]) -> None:
    rows = Evidence.objects.current().filter(organisation=company)
    for tag, word in TAGS.items():
        chosen = [Chosen(row.pk, row.revision) for row in rows.filter(title__contains=word)[:12]]
        if chosen:
            bulk.set_tags(company, chosen, add=[tag], remove=[], by=people["seoyeon"])
    secret = rows.filter(title__contains="계약")
    chosen = [Chosen(row.pk, row.revision) for row in secret[:3]]
    if chosen:
        level = "confidential"
        bulk.set_confidentiality(company, chosen, confidentiality=level, by=people["seoyeon"])


def _hold(company: Organisation, people: dict[str, User]) -> None:
    row = Evidence.objects.current().filter(organisation=company, title__contains="계약").first()
    if row is not None:
        keeping.hold(
            row,
            reason="협력사 정산 분쟁이 끝날 때까지 계약 증적을 보존합니다.",
            until=timezone.localdate() + timedelta(days=180),
            by=people["daun"],
        )


def _ask(company: Organisation, profile: Profile, people: dict[str, User]) -> None:
    """One that waits, and one that is answered and waits for the auditor."""
    today = timezone.localdate()
    wanted = _requirement(profile, "OI-NET-03")
    kinds = list(wanted.evidence_kinds.filter(code="scan_report"))
    asked = requesting.Wanted(
        wanted,
        people["minsu"],
        "외부에서 본 포트 점검 결과를 방화벽 정책과 함께 볼 수 있게 올려 주십시오.",
        today + timedelta(days=2),
        kinds,
    )
    requesting.ask(company, asked, by=people["haneul"])
    wanted = _requirement(profile, "OI-NET-08")
    second = requesting.Wanted(
        wanted,
        people["junho"],
        "웹방화벽 차단 모드가 켜져 있는 설정 화면이 필요합니다.",
        today + timedelta(days=6),
    )
    made = requesting.ask(company, second, by=people["haneul"])
    rows = Evidence.objects.current().filter(organisation=company, links__requirement=wanted)
    if (answer := rows.first()) is not None:
        requesting.answer(made, [answer], by=people["junho"], text="관리 콘솔 화면을 첨부합니다.")


def _draft(company: Organisation, profile: Profile, people: dict[str, User]) -> None:
    """A capture that is not finished, and a certificate that runs out soon."""
    today = timezone.localdate()
    wanted = _requirement(profile, "OI-SRV-01")
    lines = ["서버 4대의 접근 제어 설정을 모으는 중입니다."]
    _add(company, people["minsu"], wanted, "서버 접근 제어 설정 (작성 중)", lines, submit=False)
    certificate = _add(
        company,
        people["junho"],
        _requirement(profile, "OI-NET-05"),
        "VPN 장비 인증서 확인 결과",
        ["인증서의 만료일이 유효기간에 적혀 있습니다."],
        valid_until=today + timedelta(days=12),
    )
    if certificate.link is not None:
        evidence.accept(certificate.link, by=people["haneul"])


def _add(
    company: Organisation,
    by: User,
    wanted: Requirement,
    title: str,
    lines: list[str],
    **more: object,
) -> evidence.Added:
    kind: EvidenceKind | None = wanted.evidence_kinds.filter(code__contains="config").first()
    content = papers.output(title, lines, timezone.localdate())
    upload = evidence.Upload(io.BytesIO(content), f"{wanted.code}_{title}.txt")
    return evidence.add(
        company,
        [upload],
        by=by,
        requirement=wanted,
        kind=kind,
        title=title,
        **more,  # type: ignore[arg-type]
    )


def _archive(company: Organisation, people: dict[str, User]) -> None:
    """What a colleague sent as a ZIP, still to be looked at."""
    packed = io.BytesIO()
    today = timezone.localdate()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, title in (
            ("증적/OI-LOG-01 로그 수집/로그 수집 설정.txt", "로그 수집 설정"),
            ("증적/OI-LOG-02/보관 주기 설정.txt", "보관 주기 설정"),
            ("증적/기타/회의 메모.txt", "회의 메모"),
            ("증적/OI-LOG-02/설정 도구.exe", "설정 도구"),
        ):
            archive.writestr(path, papers.output(title, [f"{title}을 확인했습니다."], today))
    packed.seek(0)
    made = intake.begin(company, packed, name="로그관리_증적.zip", by=people["minsu"])
    intake.read(made)


def _requirement(profile: Profile, code: str) -> Requirement:
    return Requirement.objects.get(profile=profile, code=code)
