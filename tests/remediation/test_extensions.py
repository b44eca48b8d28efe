"""A later due date has a reason and an approver, and is counted; a past one is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.applications import services as applications
from compliance.applications import windows
from compliance.applications.models import Round
from compliance.audit.selectors import history
from compliance.notices import services as notices
from compliance.notices.models import Notice
from compliance.remediation import deciding, policies, services
from compliance.remediation.models import DueExtension, rank_of
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import fresh

REASON = "장비 납품이 늦어집니다."


def later(task, days=10):
    return task.due + timedelta(days=days)


def test_it_is_asked_for_approved_and_counted(task, bob, alice):
    old, new = task.due, later(task)
    asked = deciding.ask_extension(task, new_due=new, reason=REASON, by=bob)
    assert fresh(task).due == old
    deciding.approve_extension(asked, by=alice)
    stored = fresh(task)
    assert (stored.due, stored.extended_times) == (new, 1)
    assert stored.rank == rank_of(new, task.number)
    assert (asked.old_due, asked.new_due, asked.decided_by) == (old, new, alice)
    entry = history(task)[0]
    assert (entry.action, entry.data["times"]) == ("task.extended", 1)
    notices.deliver(task.organisation_id)
    assert Notice.objects.filter(user=bob, entry=entry).exists(), "who asked hears the answer"


def test_who_asked_does_not_approve_it(task, alice, olga):
    asked = deciding.ask_extension(task, new_due=later(task), reason=REASON, by=alice)
    with pytest.raises(Refused) as refusal:
        deciding.approve_extension(asked, by=alice)
    assert str(refusal.value) == str(policies.ASKER_CANNOT_DECIDE)
    with pytest.raises(IntegrityError), transaction.atomic():
        DueExtension.objects.update(state="approved", decided_by=alice, decided_at=timezone.now())
    deciding.approve_extension(asked, by=olga)


def test_an_engineer_approves_nothing(task, alice, bob):
    asked = deciding.ask_extension(task, new_due=later(task), reason=REASON, by=alice)
    with pytest.raises(Unauthorised):
        deciding.approve_extension(asked, by=bob)


def test_no_reason_no_extension_and_one_at_a_time(task, bob):
    with pytest.raises(Refused):
        deciding.ask_extension(task, new_due=later(task), reason="  ", by=bob)
    deciding.ask_extension(task, new_due=later(task), reason=REASON, by=bob)
    with pytest.raises(Refused) as refusal:
        deciding.ask_extension(task, new_due=later(task, 20), reason=REASON, by=bob)
    assert str(refusal.value) == str(policies.ALREADY_ASKED)


def test_it_is_later_and_not_in_the_past(task, bob):
    for day in (task.due, task.due - timedelta(days=1), timezone.localdate() - timedelta(days=1)):
        with pytest.raises(Refused):
            deciding.ask_extension(task, new_due=day, reason=REASON, by=bob)
    assert not DueExtension.objects.exists()


def test_a_refusal_says_why_and_leaves_the_day(task, alice, bob):
    asked = deciding.ask_extension(task, new_due=later(task), reason=REASON, by=bob)
    with pytest.raises(Refused):
        deciding.refuse_extension(asked, answer="", by=alice)
    deciding.refuse_extension(asked, answer="피크 전에 끝내야 합니다.", by=alice)
    assert (fresh(task).due, fresh(task).extended_times) == (asked.old_due, 0)
    with pytest.raises(Refused):
        deciding.approve_extension(asked, by=alice)


def test_the_lead_brings_a_day_forward_but_not_back(task, alice, bob):
    with pytest.raises(Refused) as refusal:
        services.assign(task, assignee=bob, due=later(task), by=alice)
    assert str(refusal.value) == str(policies.LATER_NEEDS_EXTENSION)
    services.assign(task, assignee=bob, due=timezone.localdate(), by=alice)
    assert fresh(task).due == timezone.localdate()


def test_a_day_in_the_past_is_refused_with_a_sentence(new, task, alice, bob):
    past = timezone.localdate() - timedelta(days=1)
    for verb in (
        lambda: new(due=past),
        lambda: services.assign(task, assignee=bob, due=past, by=alice),
    ):
        with pytest.raises(Refused):
            verb()


def test_what_is_fixed_meanwhile_is_not_extended(task, alice, bob, proof):
    services.start(task, by=bob)
    asked = deciding.ask_extension(task, new_due=later(task), reason=REASON, by=bob)
    services.fix(task, action_taken="고침", evidence=[proof], by=bob)
    with pytest.raises(Refused):
        deciding.approve_extension(asked, by=alice)
    assert fresh(task).extended_times == 0


@pytest.fixture
def asked_back(manna, adopted, alice):
    """An application whose supplement was asked for 35 days ago."""
    application = applications.create(manna, profile=adopted, by=alice, title="신청")
    now = timezone.now()
    Round.objects.filter(application=application).update(
        frozen_by=alice,
        frozen_at=now,
        as_of=now,
        submitted_at=now,
        changes_requested_on=timezone.localdate() - timedelta(days=35),
    )
    type(application).objects.update(state="changes_requested")
    application.refresh_from_db()
    return application


def test_the_window_ends_forty_days_after_the_request(asked_back):
    window = windows.window_of(asked_back)
    assert window.end == timezone.localdate() + timedelta(days=5)
    assert (window.total_end - window.asked_on).days == 100
    assert windows.ends(asked_back.organisation_id) == {asked_back.profile_id: window.end}


def test_a_second_request_does_not_lengthen_the_hundred_days(asked_back, alice):
    today, now = timezone.localdate(), timezone.now()
    Round.objects.update(changes_requested_on=today - timedelta(days=90))
    Round.objects.create(
        application=asked_back,
        number=2,
        frozen_by=alice,
        frozen_at=now,
        as_of=now,
        submitted_at=now,
        changes_requested_on=today,
    )
    assert windows.window_of(asked_back).end == today + timedelta(days=10)


def test_the_profile_sets_both(asked_back, adopted):
    adopted.parameters["supplement_days"] = {"values": [{"from": None, "value": 20}]}
    adopted.save()
    asked_back.refresh_from_db()
    assert windows.window_of(asked_back).is_over


def test_the_checklist_counts_the_window(asked_back, in_english):
    sentences = [str(gap.sentence) for gap in windows.window_gaps(asked_back)]
    assert len(sentences) == 1
    assert sentences[0].endswith("5 days are left.")
    Round.objects.update(changes_requested_on=timezone.localdate() - timedelta(days=41))
    [gap] = windows.window_gaps(asked_back)
    assert gap.level == "blocker"


def test_no_task_is_due_after_the_window_without_saying_so(asked_back, new, bob, assessment):
    beyond = timezone.localdate() + timedelta(days=8)
    with pytest.raises(Refused, match=str(windows.window_of(asked_back).end)):
        new(requirement=assessment.requirement, due=beyond)
    assert new(requirement=assessment.requirement, due=beyond, beyond_window=True).due == beyond

    task = new(requirement=assessment.requirement, due=timezone.localdate())
    with pytest.raises(Refused):
        deciding.ask_extension(task, new_due=beyond, reason=REASON, by=bob)
    said = deciding.ask_extension(task, new_due=beyond, reason=REASON, beyond_window=True, by=bob)
    assert said.beyond_window
