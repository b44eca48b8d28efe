"""The pre-review of the made-up company came back once: two things asked for, answered, sent again."""

import io
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.applications import services as applications
from compliance.applications import verdicts
from compliance.applications.models import Application
from compliance.applications.verdicts import Word
from compliance.evidence import services as evidence
from compliance.evidence.models import Evidence
from compliance.evidence.services import Upload
from compliance.packets import branding
from compliance.packets import services as packets
from compliance.packets.models import Branding
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment
from portal.demo import papers

COLOUR = "#0b6b5d"
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 330 80">'
    f'<rect width="80" height="80" rx="16" fill="{COLOUR}"/>'
    '<path d="M20 42 L36 58 L62 24" stroke="#fff" stroke-width="9" fill="none"/>'
    f'<text x="96" y="56" font-size="44" font-weight="bold" fill="{COLOUR}">바른걸음</text></svg>'
)
DIAGRAMS = {"network_diagram": "네트워크 구성도", "data_flow_diagram": "개인정보 흐름도"}
RECEIPT = "PRE-2026-0417"
# code: (what was asked, our answer, what the statement says besides)
ASKED = {
    "OI-NET-04": (
        "출발지 IP를 등록하는 절차와 변경 기록을 확인할 수 없습니다.",
        "등록 절차를 이행내용에 적고 변경 기록을 새로 제출했습니다.",
        "출발지 IP는 변경 신청서로 등록하며, 변경 기록을 3년 동안 보관합니다.",
    ),
    "OI-LOG-02": (
        "점검 주기와 담당자를 적어 주십시오.",
        "주기와 담당자를 이행내용에 적었습니다.",
        "담당자가 매월 첫 영업일에 점검하고 정보보호팀장이 결과를 확인합니다.",
    ),
}


def dress(company: Organisation, lead: User) -> None:
    """Give the company its logo and colour, once."""
    if Branding.objects.filter(organisation=company).exists():
        return
    branding.set_logo(company, SimpleUploadedFile("logo.svg", LOGO.encode()), by=lead)
    branding.set_colour(company, COLOUR, by=lead)


def open_it(application: Application, people: dict[str, User], gaps: str) -> None:
    """Bring the application into its second round, which answers the first; skips one that is."""
    if application.rounds.count() > 1:
        return
    lead = people["seoyeon"]
    _choose_diagrams(application, lead)
    packets.freeze(application.current_round, by=lead, gaps_reason=gaps)
    application.refresh_from_db()
    applications.submit(application, by=people["daun"])
    applications.receive(application, receipt_number=RECEIPT, by=lead)
    applications.start_review(application, by=lead)
    _ask(application, lead)
    applications.open_next_round(application, by=lead)
    for code, (_words, _answer, more) in ASKED.items():
        _improve(application, code, more, lead)
    _prove(application, people)


def _choose_diagrams(application: Application, lead: User) -> None:
    chosen = {}
    for kind, title in DIAGRAMS.items():
        rows = Evidence.objects.filter(organisation=application.organisation)
        chosen[kind] = rows.filter(title__startswith=title).order_by("number").first()
    applications.edit(application, revision=application.revision, by=lead, **chosen)


def _ask(application: Application, lead: User) -> None:
    round_ = application.current_round
    due = timezone.localdate() + timedelta(days=40)
    rows = application.profile.requirements.filter(code__in=ASKED)
    words = [Word(row, "supplement", ASKED[row.code][0], due) for row in rows]
    verdicts.receive(round_, words, by=lead)
    applications.request_changes(application, by=lead, due=due)
    for verdict in round_.verdicts.select_related("requirement", "round__application"):
        text = ASKED[verdict.requirement.code][1]
        verdicts.reply(verdict, text=text, revision=verdict.revision, by=lead)


def _improve(application: Application, code: str, more: str, lead: User) -> None:
    row = Assessment.objects.select_related("requirement__profile", "organisation").get(
        organisation=application.organisation,
        requirement__profile=application.profile,
        requirement__code=code,
    )
    text = f"{row.statement}\n{more}".strip()
    requirements.write_statement(row, text=text, revision=row.revision, by=lead)


def _prove(application: Application, people: dict[str, User]) -> None:
    """New evidence for the first thing that was asked, accepted by the auditor."""
    code = next(iter(ASKED))
    lines = ["변경 신청서 CR-2026-118 승인", "허용 목록에 203.0.113.7 등록", "이전 값 보관 확인"]
    proof = papers.output("출발지 IP 변경 기록", lines, timezone.localdate())
    added = evidence.add(
        application.organisation,
        [Upload(io.BytesIO(proof), "출발지_IP_변경_기록.txt")],
        by=people["junho"],
        requirement=application.profile.requirements.get(code=code),
        title="출발지 IP 변경 기록",
    )
    if added.link is not None:
        evidence.accept(added.link, by=people["haneul"])
