"""What somebody answers to the items of `tests.exchange.forms`, without a database."""

from datetime import UTC, date, datetime

from compliance.exchange.answers import About, Answer, Answers, Asked, Given, Words
from tests.exchange.forms import ITEMS

MOMENT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


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
