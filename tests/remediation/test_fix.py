"""bob plans, works, and reports the fix with its proof."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.audit.selectors import history
from compliance.evidence.models import Evidence
from compliance.evidence.services import Upload
from compliance.remediation import arranging, policies, services
from compliance.shared.errors import Conflict, Refused, Unauthorised
from tests.remediation.conftest import fresh, png


def test_the_way_to_fixed(task, bob, proof):
    services.plan(task, plan="sshd_config를 고칩니다.", by=bob)
    services.start(task, by=bob)
    services.fix(task, action_taken="PermitRootLogin no", evidence=[proof], by=bob)
    stored = fresh(task)
    assert (stored.state, stored.fixed_by, stored.plan) == ("fixed", bob, "sshd_config를 고칩니다.")
    assert [link.evidence for link in stored.evidence_links.all()] == [proof]
    actions = [entry.action for entry in history(stored)]
    assert actions == ["task.fixed", "task.started", "task.planned"]


def test_a_new_file_becomes_evidence_under_review_for_the_requirement(task, bob):
    services.start(task, by=bob)
    services.fix(task, action_taken="고침", uploads=[Upload(io.BytesIO(png()), "캡처.png")], by=bob)
    evidence = Evidence.objects.get()
    assert evidence.links.get().requirement == task.requirement
    assert evidence.links.get().state == "in_review"
    assert task.evidence_links.get().evidence == evidence


def test_without_proof_it_is_not_fixed(task, bob):
    services.start(task, by=bob)
    with pytest.raises(Refused) as refusal:
        services.fix(task, action_taken="고침", by=bob)
    assert str(refusal.value) == str(policies.EVIDENCE_IS_MISSING)
    assert fresh(task).state == "in_progress"


def test_a_scan_that_no_longer_shows_it_is_proof_enough(task, scan, bob):
    """A step that was open kept the scan from reporting it."""
    step = arranging.add_step(task, "운영 서버에도 적용", by=bob)
    scan({"U-01": "양호"})
    task = fresh(task)
    services.start(task, by=bob)
    arranging.tick(step, done=True, by=bob)
    services.fix(task, action_taken="PermitRootLogin no", by=bob)
    assert fresh(task).state == "fixed"


def test_without_a_word_about_what_was_done_nothing_is_uploaded(task, bob):
    services.start(task, by=bob)
    with pytest.raises(Refused):
        services.fix(task, action_taken=" ", uploads=[Upload(io.BytesIO(png()), "a.png")], by=bob)
    assert not Evidence.objects.exists()


def test_a_file_that_the_vault_refuses_leaves_the_task_as_it_was(task, bob):
    services.start(task, by=bob)
    with pytest.raises(Refused):
        services.fix(task, action_taken="고침", uploads=[Upload(io.BytesIO(b""), "a.png")], by=bob)
    assert fresh(task).state == "in_progress"
    assert not Evidence.objects.exists()


def test_evidence_of_another_organisation_proves_nothing(task, bob, sam, elsewhere):
    foreign = Evidence.objects.create(
        organisation=elsewhere, number=1, title="남의 것", created_by=sam
    )
    services.start(task, by=bob)
    with pytest.raises(Refused):
        services.fix(task, action_taken="고침", evidence=[foreign], by=bob)
    assert not task.evidence_links.exists()


def test_an_auditor_does_not_fix(task, carol, proof):
    with pytest.raises(Unauthorised):
        services.start(task, by=carol)


def test_what_nobody_began_is_not_fixed(task, bob, proof):
    with pytest.raises(Refused):
        services.fix(task, action_taken="고침", evidence=[proof], by=bob)


def test_two_who_begin_at_once_begin_once(task, alice, bob):
    second = fresh(task)
    services.start(task, by=bob)
    with pytest.raises(Conflict):
        services.start(second, by=alice)


def test_the_page_takes_the_file(task, bob, browse):
    services.start(task, by=bob)
    upload = SimpleUploadedFile("화면 캡처.png", png(), "image/png")
    answer = browse(bob).post(
        f"/o/manna/tasks/{task.number}/fix/", {"action_taken": "고침", "files": [upload]}
    )
    assert answer.status_code == 302
    assert fresh(task).state == "fixed"


def test_the_page_says_what_is_missing(task, bob, browse):
    services.start(task, by=bob)
    answer = browse(bob, language="en").post(
        f"/o/manna/tasks/{task.number}/fix/", {"action_taken": "고침"}
    )
    assert answer.status_code == 409
    assert "Attach at least one evidence" in answer.content.decode()
