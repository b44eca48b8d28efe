"""The essential path in both languages: no word of the one on the pages of the other."""

import pytest
import yaml

from portal.demo import keeping, people, second_round
from tests.conftest import REFERENCE
from tests.journeys import words

PAGES = [
    "",
    "requirements/",
    "requirements/order-integration-reference/OI-NET-05/",
    "requirements/order-integration-reference/OI-NET-05/history/",
    "requirements/yogiyo-integration-reference/YO-ACC-01/",
    "requirements/readiness/",
    "requirements/versions/",
    "profiles/",
    "imports/",
    "exports/order-integration-reference/",
    "evidence/",
    "evidence/1/",
    "evidence/desk/",
    "scans/",
    "scans/3/",
    "scans/unmapped/",
    "findings/",
    "findings/1/",
    "tasks/",
    "tasks/board/",
    "tasks/1/",
    "applications/",
    "applications/GP-2026-0001/",
    "applications/GP-2026-0001/packets/2/",
    "packets/look/",
    "applications/GP-2026-0002/preflight/",
    "members/",
    "audit/",
    "notices/",
    "../../verify/",
]


@pytest.fixture(scope="module")
def written_by_people():
    """What the company and the profile say, which no catalogue translates."""
    profile = yaml.safe_load(REFERENCE.read_text("utf-8"))
    titles = {*strings_of(profile, "title_ko"), *strings_of(profile, "ko")}
    names = {person.name for person in people.PEOPLE} | {person.title for person in people.PEOPLE}
    company = {
        "바른걸음 주식회사",
        people.MACHINE,
        "배달의민족 주문연동 신청",
        "(사전 검토본)",
        "조치 증적",
        "(양호/취약)",
        "VPN 장비 인증서 확인 결과",
        *keeping.TAGS,
        *(text for texts in second_round.ASKED.values() for text in texts),
    }
    return titles | names | company


def strings_of(node, key):
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == key)
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from strings_of(child, key)


def test_no_english_stands_on_korean_pages(person):
    seoyeon = person("seoyeon")
    found = {path: words.english_in(words.said(seoyeon.open(path))) for path in PAGES}
    assert {path: said for path, said in found.items() if said} == {}


def test_no_korean_stands_on_english_pages(person, written_by_people):
    daun = person("daun", language="en")
    found = {
        path: words.hangul_in(words.said(daun.open(path)), written_by_people) for path in PAGES
    }
    assert {path: said for path, said in found.items() if said} == {}
