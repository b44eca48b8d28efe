"""The portal as an organisation of its own: statements, evidence, verdicts, an application."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation, User
from compliance.accounts.roles import Role
from compliance.applications import scoping
from compliance.applications import services as applications
from compliance.applications.models import Application
from compliance.applications.scoping import Item
from compliance.audit.services import SYSTEM
from compliance.evidence import services as evidence
from compliance.evidence.models import Evidence, EvidenceLink
from compliance.oversight import services as oversight
from compliance.remediation import unmet
from compliance.requirements import catalogue
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment, Profile
from compliance.scans import services as scans
from portal.self_audit import evidence as pieces
from portal.self_audit import judging, looks
from portal.self_audit.evidence import Piece

SLUG = "gatepass"
PROFILE = "order-integration-reference"
_ANSWERS = Path(__file__).with_name("answers.yaml")
# Nobody signs in as them: they have no password. Their titles say in every packet what they are.
_PEOPLE = {
    "owner": ("자동 점검 (소유)", Role.OWNER),
    "lead": ("자동 점검 (판정)", Role.SECURITY_LEAD),
    "maker": ("자동 점검 (작성)", Role.CONTRIBUTOR),
    "checker": ("자동 점검 (확인)", Role.AUDITOR),
}
# What the profile's own values ask of whoever installs the portal.
_RULES = {"second_factor_required": True, "idle_minutes": 10, "session_hours": 8}
GAPS = (
    "포털이 스스로 점검한 결과입니다. 소프트웨어가 답할 수 없고 포털을 설치한 회사가 답해야 하는 항목은 미이행으로 두고 "
    "무엇이 빠졌는지 적어 보완조치로 등록했습니다. 서면 확인과 내부 승인은 사람의 일이므로 프로그램이 서명하지 않았습니다. "
    "증적은 모두 이번 실행에서 만들어졌습니다."
)
Say = Callable[[str], None]


def build(folder: Path, say: Say) -> Application:
    """Answer the shipped profile with what *folder* and the running code show.

    Raises FileNotFoundError when the test run left something out, before anything is written.
    """
    run = _Run.of(folder)
    catalogue.load()
    company = accounts.create_organisation(name="관문(Gatepass) 자체 점검", slug=SLUG)
    people = {key: _person(company, key) for key in _PEOPLE}
    profile = Profile.objects.filter(organisation__isnull=True, identifier=PROFILE).latest(
        "published_on", "pk"
    )
    requirements.adopt(company, profile, by=SYSTEM)
    accounts.set_sign_in_rules(company, _RULES, by=people["owner"])
    oversight.set_retention(company, years=2, two_years=True, by=people["owner"])
    say("port scan")
    ports = folder / "ports.xml"
    scans.import_now(company, io.BytesIO(ports.read_bytes()), name=ports.name, by=people["maker"])
    say("statements, evidence, verdicts")
    rows = Assessment.objects.filter(organisation=company, requirement__profile=profile)
    for row in rows.select_related("requirement").order_by("requirement__order", "pk"):
        _answer(row, run, people)
    say("tasks for what is not met")
    unmet.open_all(company, by=people["lead"])
    return _apply(company, profile, people["lead"])


@dataclass(frozen=True, slots=True)
class _Run:
    """What the run left behind in `folder`, and the answers that it speaks for."""

    folder: Path
    cases: judging.Cases
    problems: dict[str, list[str]]
    answers: dict[str, dict[str, Any]]
    # By file name: a piece that speaks for several requirements is made and uploaded once.
    made: dict[str, Piece] = field(default_factory=dict)
    shown: dict[str, Evidence] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path) -> "_Run":
        (folder / "doors.csv").stat()
        answers = yaml.safe_load(_ANSWERS.read_text("utf-8"))
        return cls(folder, judging.read(folder / "tests.xml"), looks.all_of(folder), answers)

    def piece(self, key: str, company: Organisation) -> Piece:
        if key not in self.made:
            self.made[key] = pieces.make(key, company, self.folder)
        return self.made[key]

    def judge(self, answer: dict[str, Any]) -> judging.Judged:
        found = [said for key in answer.get("proof", []) for said in self.problems.get(key, [])]
        return judging.judge(answer, self.cases, found)


def _person(company: Organisation, key: str) -> User:
    title, role = _PEOPLE[key]
    user = User.objects.create_user(f"{key}@self-audit.invalid", None, name=title, title="프로그램")
    accounts.add_member(company, user, role, by=SYSTEM)
    return user


def _answer(row: Assessment, run: _Run, people: dict[str, User]) -> None:
    answer = run.answers[row.requirement.code]
    judged = run.judge(answer)
    if text := answer.get("statement"):
        requirements.write_statement(row, text=text, revision=row.revision, by=people["maker"])
        row.refresh_from_db()
    for piece in _pieces(row, answer, run):
        evidence.accept(_show(row, piece, run, people["maker"]), by=people["checker"])
    row.refresh_from_db()
    _sign(row, judged.verdict, judged.reason, people["lead"])


def _pieces(row: Assessment, answer: dict[str, Any], run: _Run) -> Iterator[Piece]:
    if tests := answer.get("tests"):
        yield pieces.results(row.requirement.code, tests, run.cases)
    for key in answer.get("proof", []):
        yield run.piece(key, row.organisation)


def _sign(row: Assessment, verdict: str, reason: str, lead: User) -> None:
    requirements.set_verdict(row, verdict=verdict, reason=reason, revision=row.revision, by=lead)


def _show(row: Assessment, piece: Piece, run: _Run, maker: User) -> EvidenceLink:
    """Upload the piece, or link it when another requirement shows it already."""
    if shown := run.shown.get(piece.name):
        return evidence.link(shown, row.requirement, by=maker)
    asked = {kind.code: kind for kind in row.requirement.evidence_kinds.all()}
    kind = next((asked[code] for code in piece.kinds if code in asked), None)
    added = evidence.add(
        row.organisation,
        [evidence.Upload(io.BytesIO(piece.content), piece.name)],
        by=maker,
        requirement=row.requirement,
        title=piece.title,
        kind=kind,
        collected_at=timezone.localdate(),
        source="gatepass",
    )
    if added.link is None:
        raise RuntimeError(f"{piece.title} was not linked to {row.requirement.code}")
    run.shown[piece.name] = added.evidence
    return added.link


def _apply(company: Organisation, profile: Profile, lead: User) -> Application:
    application = applications.create(
        company,
        profile=profile,
        by=lead,
        title="관문(Gatepass) 자체 점검",
        service_overview="연동 심사를 준비하는 포털이 자신이 싣는 참조 프로필로 스스로를 점검한 제출본입니다.",
        integration_overview="포털은 플랫폼의 주문을 받지 않습니다. 제출 대상이 아니며 보기로 만든 것입니다.",
        traffic="해당 없음",
        contact_name="SECURITY.md 참고",
        contact_email="security@self-audit.invalid",
        contact_phone="-",
        personal_data="구성원의 이름과 이메일만 저장합니다.",
    )
    scope = [
        Item("service", "포털 소프트웨어 (웹, 작업자, 예약 실행)"),
        Item(
            "system",
            "서버, 네트워크, 프록시, 데이터베이스 서버",
            included=False,
            legal_entity="포털을 운영하는 회사",
            reason="소프트웨어에 들어 있지 않습니다.",
        ),
    ]
    scoping.set_scope(application, scope, revision=0, by=lead)
    return application
