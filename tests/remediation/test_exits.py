"""False positive, accepted risk, dispute: decided once for the task and its finding."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit.selectors import history
from compliance.remediation import deciding, ending, policies, services
from compliance.remediation.models import RiskAcceptance, Task
from compliance.scans import services as scans
from compliance.scans.models import Finding
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import fresh

REASON = "관리망에서만 접속됩니다."


def in_days(days: int):
    return timezone.localdate() + timedelta(days=days)


def test_a_false_positive_is_one_for_the_finding_too(task, alice):
    services.mark_false_positive(task, reason=REASON, by=alice)
    assert (fresh(task).state, fresh(task).reason) == ("false_positive", REASON)
    assert Finding.objects.get().state == "false_positive"


def test_an_engineer_decides_none_of_it(task, bob):
    for verb in (services.mark_false_positive, services.dispute):
        with pytest.raises(Unauthorised):
            verb(task, reason=REASON, by=bob)


def test_an_accepted_risk_has_an_asker_an_approver_and_an_end(task, alice, olga, accept):
    asked = accept(task, in_days(90))
    stored = fresh(task)
    assert (stored.state, stored.accepted_by) == ("risk_accepted", olga)
    assert stored.accepted_until == in_days(90)
    assert Finding.objects.get().accepted_until == in_days(90)
    assert (asked.asked_by, asked.decided_by, asked.is_live) == (alice, olga, True)


def test_who_asked_does_not_decide(task, alice, bob, olga):
    asked = deciding.ask_acceptance(task, reason=REASON, until=in_days(30), by=alice)
    with pytest.raises(Refused) as refusal:
        deciding.approve_acceptance(asked, by=alice)
    assert str(refusal.value) == str(policies.ASKER_CANNOT_DECIDE)
    with pytest.raises(Unauthorised):
        deciding.approve_acceptance(asked, by=bob)
    assert fresh(task).state == "registered"
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskAcceptance.objects.update(state="approved", decided_by=alice, decided_at=timezone.now())


def test_a_request_that_is_refused_leaves_the_task_open_and_may_come_again(task, alice, olga):
    asked = deciding.ask_acceptance(task, reason=REASON, until=in_days(30), by=alice)
    with pytest.raises(Refused):
        deciding.ask_acceptance(task, reason=REASON, until=in_days(30), by=alice)
    with pytest.raises(Refused):
        deciding.refuse_acceptance(asked, answer=" ", by=olga)
    deciding.refuse_acceptance(asked, answer="조치할 수 있습니다.", by=olga)
    with pytest.raises(Refused):
        deciding.approve_acceptance(asked, by=olga)
    again = deciding.ask_acceptance(task, reason=REASON, until=in_days(10), by=alice)
    with pytest.raises(Refused):
        deciding.withdraw(again, by=olga)
    deciding.withdraw(again, by=alice)
    states = task.acceptances.order_by("pk").values_list("state", flat=True)
    assert (list(states), fresh(task).state) == (["refused", "withdrawn"], "registered")


@pytest.mark.parametrize("days", [None, 0, -1])
def test_it_ends_in_the_future(task, alice, days):
    until = None if days is None else in_days(days)
    with pytest.raises(Refused):
        deciding.ask_acceptance(task, reason=REASON, until=until, by=alice)
    assert not RiskAcceptance.objects.exists()


def test_it_ends_by_itself_once_after_any_pause(task, new, accept):
    by_hand = new("직접 등록")
    accept(task, in_days(3))
    accept(by_hand, in_days(3))
    assert ending.end_acceptances(in_days(3)) == 0
    assert ending.end_acceptances(in_days(40)) == 2
    assert ending.end_acceptances(in_days(40)) == 0
    assert {fresh(each).state for each in (task, by_hand)} == {"in_progress"}
    assert Finding.objects.get().state == "open"
    rows = RiskAcceptance.objects.all()
    assert all(row.ran_out and row.ended_at and not row.is_live for row in rows)
    assert str(in_days(3)) in history(by_hand)[0].data["reason"]


def test_the_database_wants_both(task, olga):
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(state="risk_accepted", accepted_by=olga)


def test_a_dispute_can_end_as_a_false_positive(task, alice):
    services.dispute(task, reason=REASON, by=alice)
    services.mark_false_positive(fresh(task), reason=REASON, by=alice)
    assert Finding.objects.get().state == "false_positive"


def test_back_to_work_opens_the_finding_again(task, alice, accept):
    accept(task, in_days(90))
    services.reopen(fresh(task), reason="기한이 지났습니다.", by=alice)
    stored = fresh(task)
    assert (stored.state, stored.accepted_by, stored.accepted_until) == ("in_progress", None, None)
    assert Finding.objects.get().state == "open"


def test_the_risk_of_a_finding_is_accepted_on_its_task(task, alice):
    with pytest.raises(Refused, match=task.code):
        scans.triage(
            task.finding, state="risk_accepted", reason=REASON, until=in_days(30), by=alice
        )
    assert Finding.objects.get().state == "open"


@pytest.mark.parametrize("state", ["false_positive", "disputed"])
def test_what_is_decided_of_the_finding_holds_for_the_task(task, alice, state):
    scans.triage(task.finding, state=state, reason=REASON, by=alice)
    assert (fresh(task).state, fresh(task).reason) == (state, REASON)
    assert history(task)[0].action == f"task.{state}"

    finding = Finding.objects.get()
    scans.triage(finding, state="open", reason="다시 확인했습니다.", by=alice)
    assert fresh(task).state == "in_progress"


def test_a_task_that_is_fixed_does_not_follow(fixed, alice):
    scans.triage(fixed.finding, state="disputed", reason=REASON, by=alice)
    assert fresh(fixed).state == "fixed"


def test_each_needs_a_reason(task, alice):
    for verb in (services.mark_false_positive, services.dispute):
        with pytest.raises(Refused):
            verb(task, reason="  ", by=alice)
    assert fresh(task).state == "registered"
