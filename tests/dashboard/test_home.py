"""The first page of the day."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.applications import services as applications
from compliance.evidence import services as evidence
from compliance.evidence.models import EvidenceLink
from compliance.remediation import services as remediation
from compliance.remediation.models import Task
from compliance.requirements import services
from compliance.requirements.models import Assessment

HOME = "/o/manna/"


@pytest.fixture
def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def titles(items) -> list[str]:
    return [item.title for item in items.shown]


@pytest.fixture
def submitted(manna, bob, assessment) -> EvidenceLink:
    """A text that bob handed in for OI-NET-03."""
    file = SimpleUploadedFile("rules.txt", "기본 차단 규칙".encode())
    evidence.add(
        manna,
        [evidence.Upload(file, "rules.txt")],
        by=bob,
        requirement=assessment.requirement,
        title="방화벽 규칙",
    )
    return EvidenceLink.objects.get(requirement=assessment.requirement)


def test_a_fresh_organisation_is_told_where_to_begin(browse, alice):
    page = browse(alice).get(HOME).content.decode()
    assert "먼저 연동할 플랫폼의 요구사항 프로파일을 고르십시오" in page


def test_readiness_counts_half_for_half(browse, alice, manna, adopted):
    rows = Assessment.objects.filter(organisation=manna, requirement__area__code="SRV")
    for number, row in enumerate(rows):
        verdict = "met" if number else "partial"
        services.set_verdict(row, verdict=verdict, reason="", revision=0, by=alice)
    bars = {bar.code: bar for bar in browse(alice).get(HOME).context["bars"]}
    total = bars["SRV"].total
    assert bars["SRV"].percent == (2 * total - 1) * 100 // (2 * total)
    assert bars["NET"].percent == 0


def test_it_names_what_blocks_the_open_application(browse, alice, manna, adopted):
    applications.create(manna, profile=adopted, by=alice, title="배민 주문 연동")
    response = browse(alice).get(HOME)
    submission = response.context["submission"]
    assert len(submission.shown) == 10
    assert submission.more == len(submission.gaps) - 10
    assert submission.shown[0].level == "blocker"
    assert submission.application.number in response.content.decode()


def test_overdue_counts_assessments_and_tasks(browse, alice, bob, manna, assessment, yesterday):
    services.assign(assessment, owner=bob, due=yesterday, by=alice)
    new = remediation.NewTask(title="포트 차단", assignee=bob, due=timezone.localdate())
    task = remediation.create(manna, new, by=alice)
    Task.objects.filter(pk=task.pk).update(due=yesterday)
    assert len(titles(browse(alice).get(HOME).context["overdue"])) == 2


def test_what_is_met_is_not_overdue(browse, alice, bob, assessment, yesterday):
    services.assign(assessment, owner=bob, due=yesterday, by=alice)
    services.set_verdict(
        assessment, verdict="met", reason="", revision=assessment.revision, by=alice
    )
    assert browse(alice).get(HOME).context["overdue"].total == 0


def test_my_work_is_mine(browse, alice, bob, assessment):
    services.assign(assessment, owner=bob, due=None, by=alice)
    assert titles(browse(bob).get(HOME).context["mine"]) == [str(assessment.requirement)]
    assert browse(alice).get(HOME).context["mine"].total == 0


def test_evidence_waits_for_carol_and_not_for_its_uploader(browse, bob, carol, submitted):
    assert titles(browse(carol).get(HOME).context["reviews"]) == [str(submitted)]
    assert browse(bob).get(HOME).context["reviews"].total == 0


def test_evidence_that_came_back_is_bobs_work_again(browse, bob, carol, submitted):
    evidence.return_(submitted, reason="수집 일시가 없습니다.", by=carol)
    assert titles(browse(bob).get(HOME).context["mine"]) == [str(submitted)]


def test_last_changes_leave_out_who_came_and_looked(browse, alice, carol, submitted, assessment):
    browse(carol).get(f"/o/manna/evidence/files/{submitted.version.files.get().pk}/")
    services.set_verdict(assessment, verdict="met", reason="", revision=0, by=alice)
    client = browse()
    client.login(username=alice.email, password="correct horse battery")
    actions = [entry.action for entry in client.get(HOME).context["entries"]]
    assert actions[0] == "assessment.verdict_set"
    assert "person.signed_in" not in actions
    assert not {"evidence.viewed", "evidence.downloaded"} & set(actions)


def queries(client) -> int:
    client.get(HOME)
    with CaptureQueriesContext(connection) as captured:
        client.get(HOME)
    return len(captured)


def test_more_rows_take_no_more_queries(browse, alice, manna, adopted, yesterday):
    client = browse(alice)
    remediation.create(manna, remediation.NewTask(title="하나", assignee=alice), by=alice)
    before = queries(client)
    for number in range(6):
        new = remediation.NewTask(title=f"작업 {number}", assignee=alice)
        remediation.create(manna, new, by=alice)
    for row in Assessment.objects.filter(organisation=manna)[:6]:
        services.assign(row, owner=alice, due=yesterday, by=alice)
    assert queries(client) == before


def test_a_stranger_gets_404(browse, sam, adopted):
    assert browse(sam).get(HOME).status_code == 404


def test_an_approval_that_runs_out_is_said_first(manna, adopted, alice, browse):
    from datetime import timedelta

    from django.utils import timezone

    from compliance.applications import services as applications
    from compliance.applications.models import Application

    applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    today = timezone.localdate()
    Application.objects.update(
        state="approved", closed_at=timezone.now(), valid_from=today, valid_until=today
    )
    said = "배달의민족 연동 승인이"
    assert said in browse(alice).get("/o/manna/").content.decode()
    Application.objects.update(valid_until=today + timedelta(days=200))
    assert said not in browse(alice).get("/o/manna/").content.decode()
