"""A scan opens tasks by itself, never twice for one finding."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.remediation import opening, services
from compliance.remediation.models import Source, Task
from compliance.requirements import services as requirements
from compliance.requirements.models import Assessment
from compliance.scans.models import Finding, RuleMapping, ScanRun
from tests.remediation.conftest import fresh


def test_a_failure_over_the_threshold_becomes_a_task(task, alice):
    finding = Finding.objects.get()
    assert (task.source, task.finding) == (Source.FINDING, finding)
    assert task.severity == finding.severity
    assert task.due == timezone.localdate() + timedelta(days=14)
    assert task.assignee == alice, "nobody owns the requirement, so the lead answers"
    assert "order-web-01" in task.title


def test_the_task_stands_at_the_requirement_that_the_mapping_names(task):
    mapping = RuleMapping.objects.filter(rule=task.finding.rule).order_by("requirement__order")[0]
    assert task.requirement == mapping.requirement
    assert task.requirement.code in task.basis


def test_who_owns_the_requirement_gets_it(scan, alice, bob, manna, adopted):
    for assessment in Assessment.objects.filter(organisation=manna):
        requirements.assign(assessment, owner=bob, due=None, by=alice)
    scan({"U-01": "취약"})
    assert Task.objects.get().assignee == bob


def test_what_is_under_the_threshold_stays_a_finding(scan, manna):
    manna.task_threshold = "critical"
    manna.save(update_fields=["task_threshold"])
    scan({"U-01": "취약", "U-02": "취약"})
    assert Finding.objects.count() == 2
    assert not Task.objects.filter(severity="high").exists()


def test_passes_open_nothing(scan):
    scan({"U-01": "양호"})
    assert not Task.objects.exists()


def test_the_next_scan_opens_no_second_task(scan):
    scan({"U-01": "취약"})
    scan({"U-01": "취약", "U-02": "취약"})
    assert list(Task.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_repeating_it_changes_nothing(task):
    opened = opening.open_for_findings(ScanRun.objects.get())
    assert (opened.opened, opened.reopened) == (0, 0)
    assert Task.objects.count() == 1


def test_the_database_refuses_two_tasks_of_a_finding(task):
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(
            organisation=task.organisation,
            number=99,
            source=Source.FINDING,
            finding=task.finding,
            title="또",
            due=task.due,
        )


def test_one_entry_says_how_many(scan, alice):
    run = scan({"U-01": "취약", "U-02": "취약"})
    entry = Entry.objects.get(action="task.opened_from_run")
    assert entry.target_id == run.pk
    assert entry.data["count"] == 2
    assert entry.data["assignee_ids"] == [alice.pk]


def test_many_findings_ask_no_more_than_few(scan, django_assert_max_num_queries):
    run = scan({f"U-{number:02}": "취약" for number in range(1, 41)})
    assert Task.objects.count() == 40
    Task.objects.all().delete()
    with django_assert_max_num_queries(20):
        opening.open_for_findings(run)
    assert Task.objects.count() == 40


def test_what_a_scan_sees_again_goes_back_to_work(fixed, scan, alice):
    scan({"U-01": "양호"})
    services.verify_and_close(fresh(fixed), by=alice)
    scan({"U-01": "취약"})
    stored = fresh(fixed)
    assert stored.state == "in_progress"
    assert (stored.closed_at, stored.verified_run, stored.fixed_by) == (None, None, None)
    assert Task.objects.count() == 1


def test_a_scan_from_before_the_fix_reopens_nothing(fixed, scan):
    scan({"U-01": "취약"})
    assert fresh(fixed).state == "fixed"
