"""False positive, accepted risk, dispute: decided once for the task and its finding."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit.selectors import history
from compliance.remediation import services
from compliance.remediation.models import Task
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
    with pytest.raises(Unauthorised):
        services.accept_risk(task, reason=REASON, until=in_days(30), by=bob)


def test_an_accepted_risk_has_an_approver_and_an_end(task, olga):
    services.accept_risk(task, reason=REASON, until=in_days(90), by=olga)
    stored = fresh(task)
    assert (stored.state, stored.accepted_by) == ("risk_accepted", olga)
    assert stored.accepted_until == in_days(90)
    assert Finding.objects.get().accepted_until == in_days(90)


@pytest.mark.parametrize("days", [None, 0, -1])
def test_it_ends_in_the_future(task, olga, days):
    until = None if days is None else in_days(days)
    with pytest.raises(Refused):
        services.accept_risk(task, reason=REASON, until=until, by=olga)
    assert fresh(task).state == "registered"
    assert Finding.objects.get().state == "open"


def test_the_database_wants_both(task, olga):
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(state="risk_accepted", accepted_by=olga)


def test_a_dispute_can_end_as_a_false_positive(task, alice):
    services.dispute(task, reason=REASON, by=alice)
    services.mark_false_positive(fresh(task), reason=REASON, by=alice)
    assert Finding.objects.get().state == "false_positive"


def test_back_to_work_opens_the_finding_again(task, alice):
    services.accept_risk(task, reason=REASON, until=in_days(90), by=alice)
    services.reopen(fresh(task), reason="기한이 지났습니다.", by=alice)
    stored = fresh(task)
    assert (stored.state, stored.accepted_by, stored.accepted_until) == ("in_progress", None, None)
    assert Finding.objects.get().state == "open"


@pytest.mark.parametrize("state", ["false_positive", "disputed", "risk_accepted"])
def test_what_is_decided_of_the_finding_holds_for_the_task(task, alice, state):
    until = in_days(30) if state == "risk_accepted" else None
    scans.triage(task.finding, state=state, reason=REASON, until=until, by=alice)
    assert (fresh(task).state, fresh(task).reason) == (state, REASON)
    assert fresh(task).accepted_until == until
    assert history(task)[0].action == f"task.{state}"

    finding = Finding.objects.get()
    scans.triage(finding, state="open", reason="다시 확인했습니다.", by=alice)
    assert fresh(task).state == "in_progress"
    assert fresh(task).accepted_by is None


def test_a_task_that_is_fixed_does_not_follow(fixed, alice):
    scans.triage(fixed.finding, state="disputed", reason=REASON, by=alice)
    assert fresh(fixed).state == "fixed"


def test_each_needs_a_reason(task, alice):
    for verb in (services.mark_false_positive, services.dispute):
        with pytest.raises(Refused):
            verb(task, reason="  ", by=alice)
    assert fresh(task).state == "registered"
