"""이행점검: by somebody else, or by a scan that no longer shows it."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.remediation import arranging, policies, services
from compliance.remediation.models import Task
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import fresh


def test_the_auditor_who_looked_at_the_proof_verifies_it(fixed, carol):
    services.verify(fixed, by=carol)
    stored = fresh(fixed)
    assert (stored.state, stored.verified_by, stored.verified_run) == ("verifying", carol, None)


def test_who_fixed_it_does_not_verify_it(task, alice, proof):
    services.start(task, by=alice)
    services.fix(task, action_taken="고침", evidence=[proof], by=alice)
    with pytest.raises(Refused) as refusal:
        services.verify(task, by=alice)
    assert str(refusal.value) == str(policies.FIXER_CANNOT_VERIFY)


def test_the_database_says_so_too(fixed, bob):
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(verified_by=bob, verified_at=timezone.now())


def test_an_engineer_does_not_verify(fixed, bob):
    with pytest.raises(Unauthorised):
        services.verify(fixed, by=bob)


def test_a_scan_without_the_failure_lets_the_lead_close_in_one_click(fixed, scan, alice, browse):
    run = scan({"U-01": "양호"})
    page = browse(alice, language="en").get(f"/o/manna/tasks/{fixed.number}/").content.decode()
    assert f"Run #{run.pk}" in page
    assert "no longer shows it" in page
    browse(alice).post(f"/o/manna/tasks/{fixed.number}/verify-and-close/")
    stored = fresh(fixed)
    assert (stored.state, stored.verified_run, stored.verified_by) == ("closed", run, alice)
    assert stored.closed_at


def test_with_a_scan_even_the_fixer_confirms_and_the_scan_is_the_verifier(task, alice, proof, scan):
    services.start(task, by=alice)
    services.fix(task, action_taken="고침", evidence=[proof], by=alice)
    run = scan({"U-01": "양호"})
    services.verify_and_close(fresh(task), by=alice)
    stored = fresh(task)
    assert (stored.state, stored.verified_run, stored.verified_by) == ("closed", run, None)


def test_the_auditor_does_not_close_by_the_way(fixed, carol):
    with pytest.raises(Unauthorised):
        services.verify_and_close(fixed, by=carol)
    assert fresh(fixed).state == "fixed"


def test_what_is_not_verified_is_not_closed(fixed, alice):
    with pytest.raises(Refused):
        services.close(fixed, by=alice)


def test_the_auditor_verifies_and_the_lead_closes(fixed, alice, carol):
    services.verify(fixed, by=carol)
    with pytest.raises(Unauthorised):
        services.close(fixed, by=carol)
    services.close(fixed, by=alice)
    assert fresh(fixed).state == "closed"


def test_a_fix_that_does_not_hold_goes_back_to_work(fixed, carol):
    services.reopen(fixed, reason="다른 계정으로 접속됩니다.", by=carol)
    stored = fresh(fixed)
    assert (stored.state, stored.fixed_by, stored.fixed_at) == ("in_progress", None, None)


def test_going_back_needs_a_reason(fixed, carol):
    with pytest.raises(Refused):
        services.reopen(fixed, reason="", by=carol)
    assert fresh(fixed).state == "fixed"


@pytest.mark.parametrize("begun", ["registered", "planned", "in_progress"])
def test_a_scan_reports_what_nobody_fixed_and_is_its_verification(task, scan, alice, bob, begun):
    if begun == "planned":
        services.plan(task, plan="고칩니다.", by=bob)
    if begun == "in_progress":
        services.start(task, by=bob)
    run = scan({"U-01": "양호"})
    stored = fresh(task)
    assert (stored.state, stored.verified_run, stored.fixed_by) == ("fixed", run, None)
    services.verify_and_close(stored, by=alice)
    stored = fresh(task)
    assert (stored.state, stored.verified_run, stored.verified_by) == ("closed", run, alice)


def test_what_a_scan_reported_is_open_again_when_a_later_one_sees_it(task, scan):
    scan({"U-01": "양호"})
    scan({"U-01": "취약"})
    stored = fresh(task)
    assert (stored.state, stored.verified_run, stored.verified_at) == ("in_progress", None, None)


def test_a_step_that_is_not_done_keeps_the_task_open_whatever_a_scan_says(task, scan, alice):
    arranging.add_step(task, "운영 서버에도 적용", by=alice)
    scan({"U-01": "양호"})
    assert fresh(task).state == "registered"


def test_a_person_who_reported_it_stays_named_when_a_scan_agrees(fixed, scan, bob):
    scan({"U-01": "양호"})
    assert (fresh(fixed).state, fresh(fixed).fixed_by) == ("fixed", bob)
