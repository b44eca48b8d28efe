"""A person opens a task, or the task of a requirement that is not met."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.remediation import policies, services, unmet
from compliance.remediation.models import Task
from compliance.remediation.services import NewTask
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment
from compliance.shared.errors import Refused, Unauthorised


def test_the_clock_of_the_severity_runs(alice, manna):
    task = services.create(manna, NewTask("방화벽 이중화", severity="critical"), by=alice)
    assert task.due == timezone.localdate() + timedelta(days=7)
    assert (task.code, task.source, task.state) == ("T-0001", "person", "registered")
    assert history(task)[0].action == "task.created"


def test_an_engineer_may_not(bob, manna):
    with pytest.raises(Unauthorised):
        services.create(manna, NewTask("방화벽 이중화"), by=bob)


def test_a_due_date_in_the_past_is_refused(alice, manna):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(Refused):
        services.create(manna, NewTask("방화벽 이중화", due=yesterday), by=alice)
    assert not Task.objects.exists()


def test_a_stranger_gets_no_task(alice, manna, sam):
    with pytest.raises(Refused) as refusal:
        services.create(manna, NewTask("방화벽 이중화", assignee=sam), by=alice)
    assert str(refusal.value) == str(policies.NOT_A_MEMBER)


def test_a_requirement_that_is_not_met_has_one_open_task(assessment, alice):
    requirements.set_verdict(
        assessment, verdict="not_met", reason="방화벽 없음", revision=0, by=alice
    )
    first = services.open_for_assessment(assessment, by=alice)
    assert services.open_for_assessment(assessment, by=alice) == first
    assert (first.requirement, first.defect) == (assessment.requirement, "방화벽 없음")
    assert first.severity == assessment.requirement.severity


def test_a_requirement_that_is_met_needs_none(assessment, alice):
    requirements.set_verdict(assessment, verdict="met", reason="", revision=0, by=alice)
    with pytest.raises(Refused):
        services.open_for_assessment(assessment, by=alice)


def test_the_requirement_page_opens_it(assessment, alice, browse):
    requirements.set_verdict(assessment, verdict="partial", reason="", revision=0, by=alice)
    answer = browse(alice).post(f"/o/manna/tasks/for/{assessment.pk}/")
    assert answer.url == "/o/manna/tasks/1/"


def test_the_form_opens_it(alice, bob, manna, adopted, browse):
    typed = {
        "title": "방화벽 이중화",
        "severity": "high",
        "assignee": bob.pk,
        "defect": "단일 구성",
    }
    answer = browse(alice).post("/o/manna/tasks/new/", typed)
    task = Task.objects.get()
    assert answer.url == f"/o/manna/tasks/{task.number}/"
    assert (task.assignee, task.defect) == (bob, "단일 구성")


def test_the_form_keeps_what_was_typed_when_it_says_no(alice, manna, adopted, browse):
    typed = {
        "title": "방화벽 이중화",
        "severity": "high",
        "due": "2020-01-01",
        "defect": "단일 구성",
    }
    page = browse(alice).post("/o/manna/tasks/new/", typed).content.decode()
    assert "단일 구성" in page
    assert not Task.objects.exists()


def test_all_that_is_not_met_becomes_tasks_once(manna, adopted, alice, bob, browse):
    rows = Assessment.objects.filter(organisation=manna).order_by("requirement__order")
    chosen = list(rows[:5])
    Assessment.objects.filter(pk__in=[row.pk for row in chosen[:3]]).update(
        verdict="not_met", owner=bob, decided_by=alice, decided_at=timezone.now()
    )
    services.open_for_assessment(Assessment.objects.get(pk=chosen[0].pk), by=alice)
    page = "/o/manna/tasks/settings/"
    assert browse(alice).get(page).context["unmet"] == 2
    with pytest.raises(Unauthorised):
        unmet.open_all(manna, by=bob)
    assert browse(alice).post("/o/manna/tasks/unmet/").status_code == 302
    assert unmet.open_all(manna, by=alice) == 0
    tasks = Task.objects.order_by("number")
    assert [task.assessment_id for task in tasks] == [row.pk for row in chosen[:3]]
    assert {task.assignee for task in tasks} == {bob}
    entry = Entry.objects.get(action="task.opened_from_assessments")
    assert (entry.data["count"], entry.data["assignee_ids"]) == (2, [bob.pk])


def test_many_unmet_ask_no_more_than_few(manna, adopted, alice, django_assert_max_num_queries):
    Assessment.objects.filter(organisation=manna).update(
        verdict="partial", decided_by=alice, decided_at=timezone.now()
    )
    with django_assert_max_num_queries(25):
        assert unmet.open_all(manna, by=alice) == 59
