"""Numbers of a profile, and the day from which each holds."""

from datetime import date

import pytest
import time_machine

from compliance.requirements import library, loading
from tests.requirements.test_profile_documents import SMALL, read


@pytest.fixture
def dated(db):
    """A profile whose retention grows on New Year's Day 2027."""
    long = {
        "title_ko": "보유기간",
        "title_en": "Retention",
        "unit": "d",
        "values": [{"from": "2027-01-01", "value": 1095}, {"value": 730}],
    }
    rows = [dict(row) for row in SMALL["requirements"]]
    rows[0]["statement_ko"] = "{retention_days}일, {windows}, {own}건, {unknown}."
    rows[0]["parameters"] = {"own": 3}
    rows[0]["tests"] = [{"how": "조회", "pass_criteria": "≥ {retention_days}일"}]
    parameters = {"retention_days": long, "windows": ["11:00-14:00", "17:00-21:00"], "own": 9}
    return loading.load(read({**SMALL, "parameters": parameters, "requirements": rows}))[0]


def test_the_value_of_the_day_holds(dated):
    assert dated.parameter("retention_days", date(2026, 12, 31)) == 730
    assert dated.parameter("retention_days", date(2027, 1, 1)) == 1095
    assert dated.parameter("nothing") is None


def test_a_text_reads_the_requirements_own_number_first_then_the_profiles(dated):
    requirement = dated.requirements.get(code="A-1")
    with time_machine.travel("2026-12-01T03:00:00+00:00"):
        expected = "730일, 11:00-14:00, 17:00-21:00, 3건, {unknown}."
        assert requirement.statement == expected
    with time_machine.travel("2027-01-02T03:00:00+00:00"):
        assert requirement.checks[0]["pass_criteria"] == "≥ 1095일"


def test_the_page_shows_what_holds_and_what_comes(dated):
    with time_machine.travel("2026-12-01T03:00:00+00:00"):
        shown = {each.name: each for each in library.parameters(dated)}
        assert shown["retention_days"].value == "730"
        assert shown["retention_days"].coming == [("2027-01-01", "1095")]
    with time_machine.travel("2027-02-01T03:00:00+00:00"):
        shown = {each.name: each for each in library.parameters(dated)}
        assert shown["retention_days"].value == "1095"
        assert shown["retention_days"].since == "2027-01-01"
        assert shown["retention_days"].former == [("", "730")]


def test_every_name_in_the_shipped_texts_is_known(profile):
    for requirement in profile.requirements.all():
        texts = [requirement.statement, *(t for test in requirement.checks for t in test.values())]
        assert not any("{" in text for text in texts), requirement.code
