"""A profile that came in as somebody's form, and what 만나배달 answers to it."""

import io
from datetime import UTC, date, datetime

import pytest
import yaml

from compliance.audit.services import SYSTEM
from compliance.exchange.answers import About, Answer, Answers, Asked, Given, Words
from compliance.exchange.models import ProfileForm
from compliance.requirements import documents, loading, services
from compliance.requirements.models import Assessment
from compliance.vault import services as vault
from tests.exchange.forms import ITEMS, checklist, table

MOMENT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def document(status: str = "platform") -> documents.Document:
    data = {
        "platform": {"id": "ganada", "title_ko": "가나다배달"},
        "profile": {
            "id": "ganada-security",
            "version": "2026",
            "published": "2026-10-01",
            "title_ko": "가나다배달 보안 요구사항",
            "status": status,
        },
        "areas": [{"code": "NET", "title_ko": "네트워크"}, {"code": "SRV", "title_ko": "서버"}],
        "evidence_types": {},
        "requirements": [
            {
                "id": code,
                "area": area,
                "title_ko": title,
                "statement_ko": detail,
                "severity": "high",
                "provenance": {"primary": "platform"},
            }
            for code, area, title, detail in ITEMS
        ],
    }
    return documents.read(yaml.safe_dump(data, allow_unicode=True).encode())


@pytest.fixture
def received(manna):
    """The profile of a platform's document, adopted by 만나배달."""
    profile, _created = loading.load(document(), organisation=manna)
    services.adopt(manna, profile, by=SYSTEM)
    return profile


@pytest.fixture
def keep_form(manna, received):
    """keep_form(made, name) keeps a form of `tests.exchange.forms` as the profile's own."""

    def keep(made, name, kind="xlsx"):
        content, layout = made
        blob = vault.store(manna, io.BytesIO(content), name=name)
        return ProfileForm.objects.create(
            organisation=manna,
            profile=received,
            blob=blob,
            file_name=name,
            kind=kind,
            layout=layout.as_json(),
        )

    return keep


@pytest.fixture
def workbook_form(keep_form):
    return keep_form(checklist(), "가나다 보안 점검표.xlsx")


@pytest.fixture
def csv_form(keep_form):
    return keep_form(table(), "가나다 보안 점검표.csv", "csv")


@pytest.fixture
def say(manna, received):
    """say("N-01", verdict="met", …) writes an assessment as its signed row would stand."""

    def write(code, **fields):
        rows = Assessment.objects.filter(
            organisation=manna, requirement__profile=received, requirement__code=code
        )
        assert rows.update(**fields) == 1

    return write


def asked(code, area="NET", title="망분리", detail="분리한다.", **more):
    facts = {
        "parent": "", "mandatory": True, "severity": "high", "provenance": "platform",
        "provenance_details": [], "tests": [], "mappings": {}, "evidence_kinds": [],
    } | more  # fmt: skip
    return Asked(code, area, title=Words(title), statement=Words(detail), **facts)


def given(code="EV-0001", title="방화벽 룰셋", *, stands=True, files=(("룰셋.png", "a" * 64),)):
    state = "accepted" if stands else "in_review"
    return Given(code, title, list(files), state, stands, date(2026, 11, 1), None)


def answers(*items: Answer, status="platform", **about) -> Answers:
    facts = {
        "organisation": "만나배달", "organisation_slug": "manna", "platform": Words("가나다배달"),
        "identifier": "ganada-security", "version": "2026", "edition": "",
        "title": Words("가나다배달 보안 요구사항", "Ganada security requirements"),
        "status": status, "disclaimer": Words(""), "published_on": date(2026, 10, 1),
        "valid_from": None, "valid_to": None, "loaded_at": MOMENT, "digest": "d" * 64,
        "sources": [], "provenance_codes": {}, "parameters": {},
        "areas": [("NET", Words("네트워크", "Network")), ("SRV", Words("서버", "Servers"))],
    } | about  # fmt: skip
    return Answers(About(**facts), list(items))


def answer(
    code, verdict="met", *, statement="", reason="", owner="", evidence=(), **more
) -> Answer:
    found = next((item for item in ITEMS if item[0] == code), (code, "NET", "망분리", "분리한다."))
    return Answer(
        asked(code, *found[1:], **more), verdict, reason, statement, owner, list(evidence)
    )


EVERY = [
    answer("N-01", statement="- 방화벽으로 분리\n- 매월 점검", owner="밥", evidence=[given()]),
    answer("N-02", "partial", statement="=cmd|'/c calc'!A0", reason="계정 정리 중"),
    answer("S-01", "not_applicable", reason="서버를 쓰지 않음"),
    answer("S-02", "not_checked"),
    answer("S-03", "inconclusive", statement="확인 중"),
]
