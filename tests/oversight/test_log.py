"""The audit log as a page."""

import pytest

from compliance.audit.models import Entry
from compliance.requirements import services

AUDIT = "/o/manna/audit/"


@pytest.fixture
def happened(alice, bob, assessment):
    """bob wrote, then alice signed."""
    services.write_statement(assessment, text="기본 차단", revision=0, by=bob)
    services.set_verdict(assessment, verdict="met", reason="", revision=1, by=alice)


def actions(response) -> list[str]:
    return [entry.action for entry in response.context["page"].object_list]


def test_it_tells_newest_first_where_the_chain_ends(browse, carol, manna, happened):
    response = browse(carol).get(AUDIT)
    assert actions(response)[:3] == [
        "person.signed_in",
        "assessment.verdict_set",
        "assessment.statement_written",
    ]
    last = Entry.objects.filter(organisation_id=manna.pk).latest("seq")
    assert last.digest in response.content.decode()


def test_it_filters_by_actor_action_and_target(browse, carol, happened):
    log = browse(carol)
    assert actions(log.get(AUDIT, {"actor": "밥", "target": "OI-NET-03"})) == [
        "assessment.statement_written"
    ]
    assert set(actions(log.get(AUDIT, {"action": "member.added"}))) == {"member.added"}
    assert actions(log.get(AUDIT, {"target": "OI-NET-99"})) == []


def test_it_filters_by_day(browse, carol, happened):
    assert actions(browse(carol).get(AUDIT, {"since": "2999-01-01"})) == []
    assert actions(browse(carol).get(AUDIT, {"until": "2999-01-01"}))


def test_a_day_that_is_no_day_filters_nothing(browse, carol, happened):
    assert actions(browse(carol).get(AUDIT, {"since": "yesterday"}))


def test_it_pages(browse, alice, carol, assessment):
    for revision in range(60):
        text = f"{revision}번째 글"
        services.write_statement(assessment, text=text, revision=revision, by=alice)
    second = browse(carol).get(AUDIT, {"page": 2, "target": "OI-NET-03"})
    assert len(actions(second)) == 10
    assert "page=1" in second.content.decode()


def test_another_organisations_entries_are_not_in_it(browse, carol, sam, happened):
    shown = browse(carol).get(AUDIT).content.decode()
    assert "sam@example.com" not in shown


@pytest.mark.parametrize("person", ["bob", "dave"])
def test_who_may_not_read_it_is_told_so(browse, request, person, manna):
    assert browse(request.getfixturevalue(person)).get(AUDIT).status_code == 403


def test_a_stranger_gets_404(browse, sam, manna):
    assert browse(sam).get(AUDIT).status_code == 404
