"""Trackers that fail, workers that die: a sentence on the page, and nothing lost or doubled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.remediation import services as tasks_room
from compliance.remediation.models import Comment
from compliance.trackers import linking, syncing
from compliance.trackers.adapters import asking
from compliance.trackers.models import Connection, ExternalIssue, Outgoing
from tests.trackers.conftest import fresh


class Killed(BaseException):
    """What a dying process does not handle."""


def kill_before_writing(monkeypatch, module, name):
    """The next call of module.name dies instead of writing."""
    kept, calls = getattr(module, name), []

    def die(*args, **kwargs):
        if not calls:
            calls.append(1)
            raise Killed
        return kept(*args, **kwargs)

    monkeypatch.setattr(module, name, die)


def test_an_issue_is_found_again_when_the_worker_died_before_writing(world, task, bob, monkeypatch):
    from compliance.trackers import sending

    kill_before_writing(monkeypatch, sending, "_made")
    with pytest.raises(Killed):
        world.push(task, bob)
    assert len(world.fake.issues) == 1
    assert ExternalIssue.objects.get().number == ""
    world.sync()
    assert len(world.fake.issues) == 1
    assert ExternalIssue.objects.get().key in {"#1", "SEC-1"}


def test_a_comment_is_found_again_when_the_worker_died_before_writing(
    world, task, bob, monkeypatch
):
    from compliance.trackers import reading

    world.push(task, bob)
    tasks_room.comment(fresh(task), text="한 번만", by=bob)
    kill_before_writing(monkeypatch, reading, "settle_comment")
    with pytest.raises(Killed):
        world.sync()
    assert len(world.texts()) == 1
    world.sync()
    world.sync()
    assert len(world.texts()) == 1
    assert Comment.objects.count() == 1
    assert Outgoing.objects.filter(kind="comment").get().state == "sent"


def test_a_dead_worker_keeps_the_connection_for_its_lease_only(world, task, bob):
    Connection.objects.update(free_at=timezone.now() + syncing.LEASE)
    linking.push(task, world.connection, by=bob)
    syncing.sync_all(seconds=5)
    assert not world.fake.issues
    Connection.objects.update(free_at=timezone.now() - timedelta(seconds=1))
    syncing.sync_all(seconds=5)
    assert len(world.fake.issues) == 1


FAILURES = {
    "unauthorised": ((401, {}), "401"),
    "limited": ((429, {"Retry-After": "37"}), "너무 자주"),
    "broken": ((500, {}), "500"),
    "hanging": ("hang", "응답하지 않았습니다"),
    "moved": ((301, {"Location": "/x"}), "다른 주소"),
    "nonsense": ((200, {}, {"x": 1}), ""),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_sentence_and_nothing_is_lost(github, task, bob, name, monkeypatch):
    failure, words = FAILURES[name]
    monkeypatch.setattr(asking, "SECONDS", 1.0)
    linking.push(task, github.connection, by=bob)
    github.fake.fail = [failure]
    github.sync()
    assert words in github.connection.sentence
    assert github.connection.sentence
    assert github.connection.failures == 1
    assert github.connection.free_at > timezone.now()
    assert Outgoing.objects.get().state == "waiting"
    github.sync()
    assert github.connection.sentence == ""
    assert github.connection.failures == 0
    assert len(github.fake.issues) == 1


def test_a_pause_that_is_asked_for_is_kept(github, task, bob):
    github.fake.fail = [(403, {"Retry-After": "90"}, {"message": "secondary rate limit"})]
    github.sync()
    rest = (github.connection.free_at - timezone.now()).total_seconds()
    assert 80 < rest < 95


def test_failures_in_a_row_wait_longer(github):
    rests = []
    for _turn in range(4):
        github.fake.fail = [(500, {})]
        github.sync()
        rests.append((github.connection.free_at - timezone.now()).total_seconds())
    assert rests[3] > rests[0] * 4


def test_a_deleted_issue_leaves_the_task_as_it_is(world, task, bob):
    issue = world.push(task, bob)
    world.fake.issues[1]["deleted"] = True
    tasks_room.start(fresh(task), by=bob)
    world.sync()
    issue = fresh(issue)
    assert issue.gone_at
    assert fresh(task).state == "in_progress"
    assert world.connection.sentence == ""
    assert not Outgoing.objects.filter(state="waiting").exists()


def test_a_deleted_issue_is_noticed_although_nobody_says_so(world, task, bob):
    issue = world.push(task, bob)
    world.fake.issues[1]["deleted"] = True
    world.fake.issues[1]["updated"] -= timedelta(days=1)
    ExternalIssue.objects.update(looked_at=timezone.now() - timedelta(days=1))
    world.sync()
    assert fresh(issue).gone_at


def test_a_project_that_is_gone_is_said_and_everything_waits(world, task, bob):
    issue = world.push(task, bob)
    world.fake.gone = True
    tasks_room.start(fresh(task), by=bob)
    world.sync()
    assert "프로젝트" in world.connection.sentence
    assert fresh(issue).gone_at is None
    world.fake.gone = False
    world.sync()
    assert world.status() == world.words["begun"]


def test_what_the_tracker_does_not_take_says_why_and_holds_up_nothing(jira, task, new, bob):
    other = new("다른 조치")
    jira.connection.issue_type = "Epic"
    jira.connection.save()
    linking.push(task, jira.connection, by=bob)
    jira.sync()
    row = Outgoing.objects.get()
    assert row.state == "failed"
    assert "issue type is invalid" in row.sentence
    jira.connection.issue_type = "Task"
    jira.connection.save()
    jira.push(other, bob)
    assert len(jira.fake.issues) == 1


def test_a_workflow_without_the_step_is_said(jira, task, bob):
    jira.push(task, bob)
    jira.fake.steps = {"To Do": [], "In Progress": [], "Done": []}
    tasks_room.start(fresh(task), by=bob)
    jira.sync()
    assert "In Progress" in Outgoing.objects.get(kind="status").sentence


def test_the_token_is_never_sent_to_another_host(github):
    github.fake.page = lambda rows, path, query: (
        200,
        rows,
        {"Link": '<http://127.0.0.2:9/steal>; rel="next"'},
    )
    github.sync()
    assert github.connection.sentence
    assert github.connection.failures == 1


def test_private_addresses_are_refused(github, settings):
    settings.OUTBOUND_ALLOW = []
    github.sync()
    assert "OUTBOUND_ALLOW" in github.connection.sentence
    assert not github.fake.calls
