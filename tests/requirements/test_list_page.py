"""The list of requirements: filters, the tree of areas, constant queries."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.requirements import services
from compliance.requirements.models import Assessment, Profile, Requirement

LIST = "/o/manna/requirements/"


def codes(response) -> list[str]:
    return [row.item.code for row in response.context["listing"].rows]


def test_it_shows_all_59_items_in_the_profiles_order(browse, alice, adopted):
    shown = codes(browse(alice).get(LIST))
    assert len(shown) == 59
    assert shown[:3] == ["OI-NET-01", "OI-NET-02", "OI-NET-03"]


def test_it_says_that_a_reference_profile_is_not_the_platforms(browse, alice, adopted):
    page = browse(alice).get(LIST).content.decode()
    assert "플랫폼의 공식 문서가 아닙니다" in page
    assert "공개 예시" in page
    assert "유추" in page


def test_it_filters_by_area_and_verdict_together(browse, alice, assessment):
    services.set_verdict(assessment, verdict="met", reason="", revision=0, by=alice)
    assert codes(browse(alice).get(LIST, {"area": "NET", "verdict": "met"})) == ["OI-NET-03"]
    assert codes(browse(alice).get(LIST, {"area": "LOG", "verdict": "met"})) == []
    assert "OI-NET-03" not in codes(browse(alice).get(LIST, {"verdict": "open"}))


def test_it_filters_by_severity_and_obligation(browse, alice, adopted):
    optional = Requirement.objects.filter(mandatory=False).values_list("code", flat=True)
    assert set(codes(browse(alice).get(LIST, {"mandatory": "no"}))) == set(optional)
    critical = Requirement.objects.filter(severity="critical").count()
    assert len(codes(browse(alice).get(LIST, {"severity": "critical"}))) == critical > 0


def test_it_filters_by_owner_and_by_nobody(browse, alice, bob, assessment):
    services.assign(assessment, owner=bob, due=date(2027, 1, 4), by=alice)
    assert codes(browse(alice).get(LIST, {"owner": bob.pk})) == ["OI-NET-03"]
    assert len(codes(browse(alice).get(LIST, {"owner": "none"}))) == 58


def test_it_finds_words_of_titles_and_statements(browse, alice, assessment):
    services.write_statement(assessment, text="침입차단 2식 FW-EDGE-01", revision=0, by=alice)
    assert codes(browse(alice).get(LIST, {"q": "fw-edge-01"})) == ["OI-NET-03"]
    assert codes(browse(alice).get(LIST, {"q": "방화벽 기본"})) == ["OI-NET-03"]


@pytest.mark.parametrize("query", [{"owner": "0 or 1=1"}, {"verdict": "no such"}, {"sort": "x"}])
def test_a_wrong_value_in_the_address_filters_nothing(browse, alice, adopted, query):
    assert len(codes(browse(alice).get(LIST, query))) == 59


def test_it_sorts_by_severity(browse, alice, adopted):
    rows = browse(alice).get(LIST, {"sort": "severity"}).context["listing"].rows
    assert rows[0].item.severity == "critical"
    assert rows[-1].item.severity in {"low", "info"}


def test_htmx_gets_the_part_under_the_filters_alone(browse, alice, adopted):
    response = browse(alice).get(LIST, headers={"HX-Request": "true", "HX-Target": "list"})
    page = response.content.decode()
    assert "<html" not in page
    assert 'id="list"' in page
    assert "HX-Target" in response["Vary"]


def test_links_keep_the_filters(browse, alice, adopted):
    page = browse(alice).get(LIST, {"area": "NET"}).content.decode()
    assert "OI-NET-03/?area=NET" in page


def queries(client) -> int:
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(LIST)
    return len(captured)


def test_a_thousand_rows_take_no_more_queries(browse, alice, manna, adopted: Profile):
    client = browse(alice)
    before = queries(client)
    area = adopted.areas.first()
    Requirement.objects.bulk_create(
        Requirement(
            profile=adopted,
            area=area,
            code=f"X-{n}",
            order=100 + n,
            title_ko=f"항목 {n}",
            statement_ko="한다.",
            provenance="inferred",
            severity="low",
        )
        for n in range(941)
    )
    services.adopt(manna, adopted, by=alice)
    assert Assessment.objects.filter(organisation=manna).count() == 1000
    assert queries(client) == before


def test_a_stranger_gets_404(browse, sam, adopted):
    assert browse(sam).get(LIST).status_code == 404


def test_without_a_profile_it_offers_one(browse, alice, profile):
    page = browse(alice).get(LIST).content.decode()
    assert "이 프로파일 적용" in page
