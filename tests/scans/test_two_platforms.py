"""Findings name requirements of the profiles that the organisation works with, and no other's."""

import io

import pytest

from compliance.audit.services import SYSTEM
from compliance.requirements import documents, loading
from compliance.requirements import services as requirements
from compliance.scans import services
from compliance.scans.models import Finding
from compliance.scans.records import Options
from tests.conftest import YOGIYO

# The KISA number is named by an item of either profile.
CHECKS = "호스트,항목코드,중요도,점검항목,점검결과\norder-01,U-65,중,NTP 및 시각 동기화 설정,취약\n"


@pytest.fixture
def second(db):
    return loading.load(documents.read(YOGIYO.read_bytes()))[0]


@pytest.fixture
def found(manna, adopted, second, alice) -> Finding:
    services.import_now(
        manna,
        io.BytesIO(CHECKS.encode()),
        name="점검.csv",
        by=alice,
        options=Options(edition="2026"),
    )
    return Finding.objects.get()


def pages(browse, person, found):
    client = browse(person)
    return [
        client.get("/o/manna/findings/").content.decode().partition("<tbody")[2],
        client.get(f"/o/manna/findings/{found.number}/").content.decode(),
    ]


def test_a_profile_that_nobody_took_on_is_not_named(browse, alice, found):
    for page in pages(browse, alice, found):
        assert "OI-LOG-10" in page
        assert "YO-INF-06" not in page


def test_one_scan_serves_both_platforms_once_both_are_taken_on(browse, alice, manna, found, second):
    requirements.adopt(manna, second, by=SYSTEM)
    for page in pages(browse, alice, found):
        assert page.index("OI-LOG-10") < page.index("YO-INF-06")
