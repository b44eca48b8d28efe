"""What lower rooms hear of tasks."""

from datetime import timedelta

from django.utils import timezone

from compliance.applications import preflight
from compliance.applications import services as applications
from compliance.remediation import services, showing
from compliance.remediation.models import Task
from compliance.remediation.services import NewTask
from compliance.requirements import registries


def new(manna, alice, requirement, **facts):
    return services.create(manna, NewTask("조치", requirement=requirement, **facts), by=alice)


def test_open_tasks_speak_against_a_verdict(assessment, alice, manna):
    requirement = assessment.requirement
    new(manna, alice, requirement)
    found = showing.known(manna, [requirement.pk])[requirement.pk].reasons
    assert [(reason.supports, reason.blocking) for reason in found] == [(False, False)]
    assert requirement.code in str(found[0].url)


def test_a_critical_one_forbids_it(assessment, alice, manna):
    new(manna, alice, assessment.requirement, severity="critical")
    found = showing.known(manna, [assessment.requirement_id])[assessment.requirement_id].reasons
    assert registries.propose(found) == "not_met"


def test_the_list_counts_open_tasks(assessment, alice, manna):
    new(manna, alice, assessment.requirement)
    new(manna, alice, assessment.requirement)
    Task.objects.filter(number=2).update(state="false_positive")
    assert showing.known(manna, [assessment.requirement_id])[assessment.requirement_id].number == 1


def gaps_about(application, code):
    return [
        (gap.level.value, str(gap.sentence))
        for gap in showing.gaps(application)
        if gap.requirement == code
    ]


def test_an_overdue_task_blocks_the_submission(assessment, alice, manna, adopted, in_english):
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    new(manna, alice, assessment.requirement)
    assert gaps_about(application, "OI-NET-03") == [("warning", "1 task is open.")]
    Task.objects.update(due=timezone.localdate() - timedelta(days=1))
    assert gaps_about(application, "OI-NET-03") == [("blocker", "1 task is overdue.")]


def test_an_accepted_risk_weakens_it(assessment, alice, manna, adopted, accept, in_english):
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    task = new(manna, alice, assessment.requirement)
    until = timezone.localdate() + timedelta(days=30)
    accept(task, until)
    assert gaps_about(application, "OI-NET-03") == [("warning", "1 risk is accepted.")]
    Task.objects.update(accepted_until=timezone.localdate() - timedelta(days=1))
    assert gaps_about(application, "OI-NET-03") == [("blocker", "1 accepted risk has run out.")]


def test_the_pre_flight_includes_them(assessment, alice, manna, adopted):
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    new(manna, alice, None)
    Task.objects.update(due=timezone.localdate() - timedelta(days=1))
    assert any("overdue=1" in gap.url for gap in preflight.gaps(application))
