"""Readiness is one number: list, tree, chart, help page and API say the same."""

import pytest
from django.utils import timezone

from compliance.requirements import selectors, services
from compliance.requirements.models import Area, Assessment


@pytest.fixture
def mixed(manna, adopted, alice):
    """Every verdict occurs; one area is empty, one applies to nothing, one is almost done."""
    Area.objects.create(profile=adopted, code="NIL", title_ko="빈 영역", order=99)
    kinds = ["met", "partial", "not_met", "inconclusive", "not_checked", "met", "not_applicable"]
    signed = {"decided_by": alice, "decided_at": timezone.now()}
    rows = Assessment.objects.filter(organisation=manna).select_related("requirement__area")
    for n, row in enumerate(rows):
        area = row.requirement.area.code
        verdict = {"DAT": "not_applicable", "LOG": "met"}.get(area, kinds[n % len(kinds)])
        Assessment.objects.filter(pk=row.pk).update(verdict=verdict, reason="이유", **signed)
    last = rows.filter(requirement__area__code="LOG").last()
    Assessment.objects.filter(pk=last.pk).update(verdict="inconclusive")
    return selectors.readiness(manna, adopted)


def test_every_place_shows_the_same_numbers(browse, alice, mixed):
    client = browse(alice)
    expected = {each.area.code: each.score.percent for each in mixed.areas}
    listed = client.get("/o/manna/requirements/").context["readiness"]
    assert {each.area.code: each.score.percent for each in listed.areas} == expected
    assert listed.overall.percent == mixed.overall.percent
    chart = client.get("/o/manna/").context["bars"]
    assert {bar.code: bar.percent for bar in chart} == expected
    api = client.get("/api/v1/o/manna/readiness").json()
    assert {each["area"]: each["percent"] for each in api["areas"]} == expected
    assert api["percent"] == mixed.overall.percent
    told = client.get("/o/manna/requirements/readiness/").context
    assert {area.code: each.percent for area, each in told["areas"]} == expected
    assert told["overall"].percent == mixed.overall.percent


def test_the_pages_write_these_numbers(browse, alice, mixed):
    """What stands in the HTML, not only in the context."""
    percent = f"{mixed.overall.percent}%"
    for path in ("/o/manna/requirements/", "/o/manna/requirements/readiness/", "/o/manna/"):
        assert percent in browse(alice).get(path).content.decode(), path


def test_edges(mixed):
    found = {each.area.code: each.score for each in mixed.areas}
    assert found["NIL"].percent == 0
    assert found["DAT"].percent == 100
    # One inconclusive item keeps an area below 100, however many are met.
    assert found["LOG"].percent == (found["LOG"].total - 1) * 100 // found["LOG"].total < 100


def test_the_worked_example_leads_to_the_number(mixed):
    for score in [mixed.overall, *(each.score for each in mixed.areas)]:
        steps = score.worked()
        assert steps.met + steps.partial + steps.nothing + steps.left_out == steps.total
        if steps.applicable:
            exact = (steps.met + steps.partial / 2) / steps.applicable * 100
            assert int(exact + 1e-9) == steps.percent
            assert steps.exact.split(".")[0] == str(steps.percent)
            assert float(steps.points) == steps.met + steps.partial / 2


def test_another_organisation_has_its_own(elsewhere, adopted, sam, mixed):
    services.adopt(elsewhere, adopted, by=sam)
    assert selectors.readiness(elsewhere, adopted).overall.percent == 0
    assert {each.area.code for each in selectors.readiness(elsewhere, adopted).areas} >= {"NIL"}
