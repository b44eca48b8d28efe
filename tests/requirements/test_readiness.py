"""Readiness: one number, one formula."""

import pytest

from compliance.requirements import selectors, services
from compliance.requirements.models import Assessment
from compliance.requirements.selectors import Score

Verdict = Assessment.Verdict


@pytest.mark.parametrize(
    ("verdicts", "percent"),
    [
        ({}, 0),
        ({"not_checked": 4}, 0),
        ({"met": 4}, 100),
        ({"met": 1, "not_met": 1}, 50),
        ({"met": 1, "partial": 2}, 66),
        ({"met": 2, "not_applicable": 7}, 100),
        ({"met": 999, "inconclusive": 1}, 99),
        ({"not_applicable": 3}, 100),
    ],
)
def test_percent(verdicts, percent):
    assert Score(verdicts).percent == percent


def test_it_adds_up_per_area_in_one_query(
    manna, adopted, assessment, alice, django_assert_num_queries
):
    services.set_verdict(assessment, verdict=Verdict.MET, reason="", revision=0, by=alice)
    with django_assert_num_queries(1):
        readiness = selectors.readiness(manna, adopted)
    areas = {each.area.code: each.score for each in readiness.areas}
    assert set(areas) == {"NET", "SRV", "LOG", "DAT"}
    assert areas["NET"].of(Verdict.MET) == 1
    assert readiness.overall.total == 59
    assert sum(score.total for score in areas.values()) == 59


def test_it_never_counts_another_organisation(manna, elsewhere, adopted, alice, sam):
    services.adopt(elsewhere, adopted, by=sam)
    assert selectors.readiness(manna, adopted).overall.total == 59
