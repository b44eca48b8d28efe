"""A verdict that is not met becomes a task by itself, as the organisation chose; never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.remediation import services, unmet
from compliance.remediation.models import Task
from compliance.requirements import bulk
from compliance.requirements import services as requirements
from compliance.shared.errors import Unauthorised


@pytest.fixture
def say(assessment, alice):
    """say("not_met") signs that verdict of OI-NET-03."""

    def do(verdict, reason="방화벽 규칙이 남아 있습니다."):
        assessment.refresh_from_db()
        requirements.set_verdict(
            assessment, verdict=verdict, reason=reason, revision=assessment.revision, by=alice
        )

    return do


@pytest.fixture
def rule(manna, olga):
    return lambda verdicts: unmet.set_rule(manna, verdicts, by=olga)


@pytest.mark.parametrize(
    ("choice", "opened"),
    [
        (None, ["not_met"]),
        ("none", []),
        ("not_met", ["not_met"]),
        ("partial", ["not_met", "partial"]),
    ],
)
@pytest.mark.parametrize("verdict", ["not_met", "partial", "met", "inconclusive"])
def test_the_choice_says_which_verdicts_open_a_task(rule, say, choice, opened, verdict):
    if choice:
        rule(choice)
    say(verdict)
    assert Task.objects.count() == (verdict in opened)


def test_the_task_says_why_and_goes_to_the_owner(rule, say, assessment, bob, alice):
    requirements.assign(assessment, owner=bob, due=None, by=alice)
    rule("not_met")
    say("not_met")
    task = Task.objects.get()
    assert (task.source, task.assessment, task.assignee) == ("assessment", assessment, bob)
    assert task.defect == "방화벽 규칙이 남아 있습니다."


def test_the_same_assessment_has_one_open_task_by_verdict_and_click(rule, say, assessment, alice):
    rule("partial")
    say("not_met")
    say("partial")
    say("not_met")
    assert services.open_for_assessment(assessment, by=alice) == Task.objects.get()


def test_with_the_choice_off_the_click_still_opens_it(rule, say, assessment, alice):
    rule("none")
    say("not_met")
    services.open_for_assessment(assessment, by=alice)
    assert Task.objects.count() == 1


def test_a_borne_risk_is_not_opened_again_by_the_same_verdict(rule, say, accept):
    rule("not_met")
    say("not_met")
    accept(Task.objects.get(), timezone.localdate() + timedelta(days=30))
    say("not_met", "아직 남아 있습니다.")
    assert Task.objects.count() == 1


def test_verdicts_set_together_open_their_tasks_and_the_refused_ones_do_not(
    rule, manna, adopted, alice
):
    from compliance.requirements.models import Assessment

    rule("not_met")
    rows = list(Assessment.objects.filter(organisation=manna).order_by("pk")[:4])
    chosen = [bulk.Chosen(row.pk, row.revision) for row in rows[:3]]
    chosen.append(bulk.Chosen(rows[3].pk, rows[3].revision + 5))
    outcome = bulk.set_verdicts(manna, chosen, verdict="not_met", reason="미흡", by=alice)
    assert (outcome.changed, len(outcome.refused)) == (3, 1)
    assert set(Task.objects.values_list("assessment", flat=True)) == {row.pk for row in rows[:3]}


def test_an_engineer_does_not_choose(manna, bob):
    with pytest.raises(Unauthorised):
        unmet.set_rule(manna, "partial", by=bob)


def test_the_choice_is_made_on_the_page_of_clocks(manna, olga, browse):
    client = browse(olga, language="en")
    form = {"threshold": "high", "lead": "1", "owner": "7", "verdicts": "partial"}
    client.post("/o/manna/tasks/settings/save/", form)
    assert unmet.rule_of(manna).verdicts == "partial"
    assert (
        client.post("/o/manna/tasks/settings/save/", {**form, "verdicts": "x"}).status_code == 422
    )
