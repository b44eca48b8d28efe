"""The demo as a whole: safe to run again, goes on where it stopped."""

import io
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.applications import scoping
from compliance.applications import services as applications
from compliance.applications.models import Application
from compliance.applications.scoping import Item
from compliance.audit.services import SYSTEM
from compliance.evidence.services import Upload
from compliance.packets import services as packets
from compliance.packets import signatures
from compliance.packets.models import Freeze, KeyKind, Part
from compliance.remediation import services as remediation
from compliance.remediation.models import Task
from compliance.requirements import catalogue
from compliance.requirements import services as requirements
from compliance.requirements.models import Profile, Requirement
from compliance.requirements.selectors import adopted_profiles
from compliance.scans import services as scans
from compliance.scans.models import ScanRun
from portal.demo import (
    answers,
    keeping,
    leaks,
    outside,
    papers,
    people,
    scan_files,
    second_platform,
    second_round,
)
from portal.demo import remediation as work

PROFILE = "order-integration-reference"
SCOPE = [
    Item("service", "배달대행 주문연동 (주문 수신·배정·상태 회신)"),
    Item("system", "주문연동 서버 4대, 주문 DB, 접속용 서버"),
    Item("system", "라이더 앱 API, 관리자 페이지"),
    Item("system", "방화벽, 웹방화벽"),
    Item(
        "system",
        "POS 프로그램",
        included=False,
        legal_entity="바른포스 주식회사",
        reason="자매회사가 별도 법인으로 개발·운영하며, 플랫폼 주문을 저장하거나 중계하지 않습니다.",
    ),
]
GAPS = (
    "접속용 서버의 포트, 컨테이너 이미지의 취약점, 정산 서버의 계정 잠금 설정은 보완조치로 등록해 조치하고 있으며 "
    "조치기한과 담당자를 보완조치 내역서에 적었습니다. 사전 검토를 위해 현재 상태 그대로 확정합니다."
)
Say = Callable[[str], None]


def build(say: Say) -> Application:
    """Make the made-up company, or what is missing of it; return the application to show."""
    company = people.organisation()
    staff = people.members(company)
    people.machines(company, staff)
    catalogue.load()
    profile = _worked_with(company, PROFILE)
    say("answers and evidence")
    answers.fill(company, profile, staff)
    leaks.fill(company, staff)
    if not ScanRun.objects.filter(organisation=company).exists():
        say("scan results and tasks")
        _scan(company, staff)
        _plan(company, profile, staff)
        work.fill(company, profile, staff)
    outside.fill(company, staff["seoyeon"])
    keeping.fill(company, profile, staff)
    second_platform.fill(company, _worked_with(company, second_platform.PROFILE), staff)
    if not Application.objects.filter(organisation=company).exists():
        say("applications")
        _apply(company, profile, staff)
        first = Application.objects.filter(organisation=company).earliest("serial")
        people.outsider(company, first.pk, staff["daun"])
    second_round.dress(company, staff["seoyeon"])
    return Application.objects.filter(organisation=company).order_by("serial")[0]


def open_second_round(application: Application, say: Say) -> None:
    """Let the platform have asked for more once, and the company have answered."""
    say("round 1, what was asked for, round 2")
    staff = people.members(application.organisation)
    second_round.open_it(application, staff, GAPS)


def _worked_with(company: Organisation, identifier: str) -> Profile:
    """The adopted version of the profile; a company that has none takes the newest on."""
    for profile in adopted_profiles(company):
        if profile.identifier == identifier:
            return profile
    shipped = Profile.objects.filter(organisation__isnull=True, identifier=identifier)
    newest = shipped.latest("published_on", "pk")
    requirements.adopt(company, newest, by=SYSTEM)
    return newest


def build_packet(application: Application, say: Say) -> None:
    """Freeze the newest round with its open items declared and build the Korean edition."""
    lead = application.created_by
    round_ = application.current_round
    frozen = Freeze.objects.filter(round=round_).first()
    if frozen is None:
        say(f"freezing round {round_.number}")
        frozen = packets.freeze(round_, by=lead, gaps_reason=GAPS)
    if not frozen.packets.filter(edition="ko", state="built").exists():
        say("the packet: PDF and ZIP")
        packet, _job = packets.build_now(frozen, "ko", by=lead)
        say("the preparer's signature; the reviewer is next")
        key = packets.signing_key(frozen)
        signatures.sign(packet, Part.PREPARER, by=lead, key=key, kind=KeyKind.ORGANISATION)


def _scan(company: Organisation, staff: dict[str, User]) -> None:
    """Three checks, two fixes with their proof, and a second port scan that shows them."""
    now = timezone.now()
    first = now - timedelta(days=12)
    minsu = staff["minsu"]
    for name, content in (
        ("external-ports.xml", scan_files.nmap(first)),
        ("order-api-image.json", scan_files.trivy(first)),
        ("kisa-servers.csv", scan_files.kisa(scan_files.KISA_CODES, first)),
    ):
        scans.import_now(company, io.BytesIO(content), name=name, by=minsu)
    for task in Task.objects.filter(organisation=company, finding__rule__code__contains="23"):
        _fix(task, staff["junho"])
    again = scan_files.nmap(now - timedelta(days=1), after_fix=True)
    scans.import_now(company, io.BytesIO(again), name="external-ports-after-fix.xml", by=minsu)


def _fix(task: Task, engineer: User) -> None:
    remediation.plan(
        task, plan="텔넷 서비스를 제거하고 방화벽에서 23번 포트를 차단합니다.", by=engineer
    )
    remediation.start(task, by=engineer)
    day = timezone.localdate() - timedelta(days=2)
    lines = ["systemctl disable --now telnet.socket", "ss -ltn: 23번 포트 없음"]
    proof = papers.output("텔넷 제거 확인", lines, day)
    remediation.fix(
        task,
        action_taken="텔넷 서비스를 제거하고 방화벽 규칙에서 23번 포트 허용을 삭제했습니다.",
        after="외부와 사무 영역에서 23번 포트가 응답하지 않습니다.",
        uploads=[Upload(io.BytesIO(proof), "텔넷_제거_확인.txt")],
        by=engineer,
    )


def _plan(company: Organisation, profile: Profile, staff: dict[str, User]) -> None:
    waf = Requirement.objects.get(profile=profile, code="OI-NET-08")
    task = remediation.create(
        company,
        remediation.NewTask(
            title="도입: 웹방화벽 이중화",
            requirement=waf,
            severity="medium",
            assignee=staff["junho"],
            due=timezone.localdate() + timedelta(days=60),
            defect="웹방화벽이 단일 장비라 장애 시 연동이 멈춥니다.",
            before="단일 구성",
            plan="예비 장비를 들여 주·예비로 구성하고 전환 시험을 합니다.",
            basis="OI-NET-08",
        ),
        by=staff["seoyeon"],
    )
    remediation.start(task, by=staff["junho"])


def _apply(company: Organisation, profile: Profile, staff: dict[str, User]) -> None:
    """One application to look at frozen, one to walk through."""
    for title in ("배달의민족 주문연동 신청 (사전 검토본)", "배달의민족 주문연동 신청"):
        application = applications.create(
            company,
            profile=profile,
            by=staff["seoyeon"],
            title=title,
            service_overview=(
                "전국 41개 지역사무소와 1,200개 가맹점의 배달을 중개하는 배달대행 서비스입니다. "
                "가맹점의 주문을 받아 라이더에게 배정하고 배달 완료까지 상태를 알립니다."
            ),
            integration_overview=(
                "플랫폼의 주문 API에서 주문을 받아 배달 상태를 돌려줍니다. 연동 서버 4대(운영 2, 예비 2)가 "
                "고정 IP 2개로 통신하며, 배달 완료 24시간 뒤 고객정보를 가림처리합니다."
            ),
            traffic="하루 평균 18,000건, 피크 시간(11-14시, 17-21시) 시간당 3,200건",
            contact_name="윤서연",
            contact_email="seoyeon@bareun.example",
            contact_phone="02-0000-0000",
            personal_data=(
                "수령인 전화번호와 주소를 주문과 함께 받아 주문 DB에 암호화해 저장합니다. 배정된 라이더와 담당 "
                "지역사무소만 조회하며, 배달 완료 24시간 뒤 가림처리하고 6개월 뒤 파기합니다."
            ),
        )
        scoping.set_scope(application, SCOPE, revision=0, by=staff["seoyeon"])
