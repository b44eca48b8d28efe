"""What the platform asks for becomes tasks, once each."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.applications import services as applications
from compliance.applications import verdicts
from compliance.applications.verdicts import Word
from compliance.audit.selectors import history
from compliance.remediation import asking
from compliance.remediation.models import Task
from compliance.requirements.models import Assessment


@pytest.fixture
def reviewed(alice, manna, adopted):
    made = applications.create(manna, profile=adopted, by=alice, title="주문연동 신청")
    applications.lock(made.current_round, by=alice, gaps_reason="계획 있음")
    made.refresh_from_db()
    applications.submit(made, by=alice)
    applications.receive(made, receipt_number="WB-77", by=alice)
    applications.start_review(made, by=alice)
    return made


def said(adopted, code, verdict="supplement", **more):
    words = "" if verdict == "met" else "증적을 보완하십시오."
    return Word(adopted.requirements.get(code=code), verdict, words, **more)


def test_each_asking_verdict_opens_a_task_for_who_answers(reviewed, alice, bob, adopted):
    Assessment.objects.filter(requirement__code="OI-NET-03").update(owner=bob)
    told = [
        said(adopted, "OI-NET-03", due=date(2026, 12, 20)),
        said(adopted, "OI-NET-05", "not_met"),
        said(adopted, "OI-NET-06", "met"),
    ]
    verdicts.receive(reviewed.current_round, told, by=alice)
    assert not Task.objects.exists(), "the platform has not asked yet"
    due = timezone.localdate() + timedelta(days=30)
    applications.request_changes(reviewed, due=due, by=alice)
    first, second = Task.objects.order_by("number")
    assert (first.source, first.assignee, first.due) == ("verdict", bob, date(2026, 12, 20))
    assert first.defect == "증적을 보완하십시오."
    assert first.received_verdict.requirement.code == "OI-NET-03"
    assert (second.assignee, second.due) == (alice, due), "nobody's goes to the security lead"
    assert history(reviewed)[0].data["count"] == 2


def test_a_verdict_that_comes_late_opens_its_task_alone(reviewed, alice, adopted):
    round_ = reviewed.current_round
    verdicts.receive(round_, [said(adopted, "OI-NET-03")], by=alice)
    applications.request_changes(reviewed, by=alice)
    round_ = reviewed.current_round
    verdicts.receive(round_, [said(adopted, "OI-NET-05")], by=alice)
    assert Task.objects.count() == 2
    again = list(round_.verdicts.select_related("requirement"))
    assert asking.open_for_verdicts(round_, again, by=alice) == []


def test_a_task_follows_no_longer_active_owner_to_the_lead(reviewed, alice, bob, adopted):
    Assessment.objects.filter(requirement__code="OI-NET-03").update(owner=bob)
    bob.memberships.update(ended_at=timezone.now())
    verdicts.receive(reviewed.current_round, [said(adopted, "OI-NET-03")], by=alice)
    applications.request_changes(reviewed, by=alice)
    assert Task.objects.get().assignee == alice
