"""Status and comments in both directions, against each tracker."""

import pytest

from compliance.audit.models import Entry
from compliance.remediation import services as tasks_room
from compliance.remediation.models import Comment, StateChange, Task
from compliance.trackers import linking
from compliance.trackers.models import ExternalIssue, Outgoing, SyncedComment
from tests.trackers.conftest import fresh


def test_an_issue_is_made_once_and_says_where_the_task_is(world, task, bob):
    issue = world.push(task, bob)
    made = world.fake.issues[1]
    assert made["title"] == f"[{task.code}] 방화벽 규칙 정리"
    assert "any 규칙이 있다." in made["body"]
    assert f"https://gatepass.example/o/manna/tasks/{task.number}/" in made["body"]
    assert issue.key in {"#1", "SEC-1"}
    assert issue.url.startswith(world.fake.url)
    world.sync()
    world.sync()
    assert len(world.fake.issues) == 1
    assert not Outgoing.objects.exclude(state="sent").exists()


def test_the_state_of_the_task_goes_out(world, proven, bob, alice):
    world.push(proven, bob)
    tasks_room.start(fresh(proven), by=bob)
    world.sync()
    assert world.status() == world.words["begun"]
    tasks_room.fix(fresh(proven), action_taken="규칙 삭제", by=bob)
    world.sync()
    assert world.status() == world.words["done"]
    tasks_room.reopen(fresh(proven), reason="아직 열려 있습니다.", by=alice)
    world.sync()
    assert world.status() == world.words["begun"]


def test_a_status_comes_in_and_nothing_goes_back(world, task, bob):
    world.push(task, bob)
    world.move("begun")
    world.sync()
    assert fresh(task).state == "in_progress"
    sent = Outgoing.objects.count()
    world.sync()
    world.sync()
    assert Outgoing.objects.count() == sent
    assert world.status() == world.words["begun"]
    entry = Entry.objects.get(action="tracker.followed")
    assert task.code in entry.sentence


def test_done_over_there_means_fixed_here_and_never_closed(world, proven, bob, alice):
    world.push(proven, bob)
    world.move("done")
    world.sync()
    task = fresh(proven)
    assert (task.state, task.fixed_by) == ("fixed", bob)
    assert world.status() == world.words["done"]
    # Who works on it does not verify it.
    tasks_room.verify_and_close(task, by=alice)
    world.sync()
    assert fresh(task).state == "closed"
    assert world.status() == world.words["done"]


def test_done_without_proof_is_not_taken_over_and_both_sides_hear_why(world, task, bob):
    world.push(task, bob)
    world.move("done")
    world.sync()
    assert fresh(task).state == "registered"
    assert world.status() == world.words["todo"]
    assert "증적" in Comment.objects.get().text
    assert sum("증적" in each for each in world.texts()) == 1
    world.sync()
    world.sync()
    assert Comment.objects.count() == 1
    assert len(world.texts()) == 1


def test_what_was_decided_here_is_not_undone_there(world, proven, bob, alice):
    world.push(proven, bob)
    tasks_room.start(fresh(proven), by=bob)
    tasks_room.fix(fresh(proven), action_taken="규칙 삭제", by=bob)
    tasks_room.verify_and_close(fresh(proven), by=alice)
    world.sync()
    world.move("begun")
    world.sync()
    assert fresh(proven).state == "closed"
    assert world.status() == world.words["done"]
    assert len(world.texts()) == Comment.objects.count() == 1


def test_both_sides_changed_and_the_portal_wins_where_it_decided(world, task, bob, alice):
    world.push(task, bob)
    tasks_room.mark_false_positive(fresh(task), reason="내부망 장비입니다.", by=alice)
    world.move("begun")
    world.sync()
    assert fresh(task).state == "false_positive"
    assert world.status() in {world.words["done"], "closed"}
    assert "양쪽에서 바뀌었습니다" in world.texts()[0]
    assert "양쪽에서 바뀌었습니다" in Comment.objects.get().text


def test_both_sides_changed_and_the_tracker_wins_where_nothing_was_decided(world, proven, bob):
    world.push(proven, bob)
    tasks_room.start(fresh(proven), by=bob)
    world.move("done")
    world.sync()
    assert fresh(proven).state == "fixed"
    assert world.status() == world.words["done"]
    assert len(world.texts()) == Comment.objects.count() == 1


def test_a_fix_with_its_proof_stands_against_what_the_tracker_says_late(world, proven, bob):
    world.push(proven, bob)
    tasks_room.start(fresh(proven), by=bob)
    tasks_room.fix(fresh(proven), action_taken="규칙 삭제", by=bob)
    world.move("begun")
    world.sync()
    assert fresh(proven).state == "fixed"
    assert world.status() == world.words["done"]


def test_work_that_is_taken_up_again_over_there_is_no_longer_fixed_here(world, proven, bob):
    world.push(proven, bob)
    world.move("done")
    world.sync()
    world.move("begun")
    world.sync()
    assert fresh(proven).state == "in_progress"
    assert fresh(proven).fixed_by is None


def test_a_linked_issue_in_work_takes_the_task_along(world, task, bob):
    number = world.fake.add()
    world.move("begun", number)
    linking.link(
        task, world.connection, "1" if world.connection.kind == "github" else "SEC-1", by=bob
    )
    world.sync()
    assert fresh(task).state == "in_progress"
    assert world.status() == world.words["begun"]


def test_a_link_never_leads_into_a_script(github, task, bob, monkeypatch):
    kept = github.fake.issue
    monkeypatch.setattr(
        github.fake, "issue", lambda number: {**kept(number), "html_url": "javascript:alert(1)"}
    )
    assert github.push(task, bob).url == ""


def test_comments_go_both_ways_and_never_come_back(world, task, bob):
    world.push(task, bob)
    tasks_room.comment(fresh(task), text="월요일에 적용합니다 @kim", by=bob)
    world.fake.say(1, "방화벽 팀에 요청했습니다.", author="kim")
    for _turn in range(3):
        world.sync()
    assert len(world.texts()) == 2
    assert any("밥" in each and "월요일에 적용합니다 @\u200bkim" in each for each in world.texts())
    said = [each.text for each in Comment.objects.order_by("pk")]
    assert len(said) == 2
    assert "방화벽 팀에 요청했습니다." in said[1]
    assert "kim" in said[1]
    assert not Comment.objects.last().by.is_active


def test_what_comes_in_is_cleaned_and_bounded(world, task, bob):
    world.push(task, bob)
    world.fake.say(
        1, "<script>alert(1)</script>\u202eevil\x07 " + "가" * 20_000, author="**[x](//y)@a"
    )
    world.sync()
    text = Comment.objects.get().text
    assert len(text) <= 10_000
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "](//y)" not in text
    from compliance.shared.markdown import to_html

    assert "<script" not in to_html(text)


def test_a_copied_mark_hides_nothing(world, task, bob):
    world.push(task, bob)
    tasks_room.comment(fresh(task), text="원래 댓글", by=bob)
    world.sync()
    world.fake.say(1, world.texts()[0].replace("원래", "바뀐"), author="mallory")
    world.sync()
    assert "바뀐 댓글" in Comment.objects.last().text


def test_an_issue_that_is_there_is_linked_and_its_old_talk_stays_there(world, task, bob):
    number = world.fake.add(title="방화벽", labels=[])
    world.fake.say(number, "예전 이야기")
    issue = linking.link(
        task,
        world.connection,
        str(number) if world.connection.kind == "github" else "sec-1",
        by=bob,
    )
    world.sync()
    assert not Comment.objects.exists()
    import time

    time.sleep(1.1)
    world.fake.say(number, "새 이야기")
    world.sync()
    assert "새 이야기" in Comment.objects.get().text
    # Its text is not ours to write.
    tasks_room.edit(fresh(task), revision=0, by=bob, title="새 제목")
    world.sync()
    assert world.fake.issues[number]["title"] == "방화벽"
    assert issue.key in {"#1", "SEC-1"}


def test_title_and_text_follow_in_issues_that_the_portal_made(world, task, bob):
    world.push(task, bob)
    tasks_room.edit(fresh(task), revision=0, by=bob, title="방화벽 규칙 삭제")
    world.sync()
    assert world.fake.issues[1]["title"].endswith("방화벽 규칙 삭제")


def test_unlinked_sides_go_their_own_ways(world, task, bob):
    issue = world.push(task, bob)
    linking.unlink(issue, by=bob)
    tasks_room.start(fresh(task), by=bob)
    world.move("done")
    world.sync()
    assert fresh(task).state == "in_progress"
    assert world.status() == world.words["done"]


@pytest.mark.timeout(240)
def test_a_thousand_changes_are_read_page_by_page(github, manna, alice, bob, new):
    tasks = Task.objects.bulk_create(
        Task(
            organisation=manna,
            number=1000 + n,
            source="person",
            title=f"{n}",
            due="2099-01-01",
        )
        for n in range(1000)
    )
    from datetime import timedelta

    from django.utils import timezone

    links = []
    for task in tasks:
        number = github.fake.add(title="x", state="open")
        links.append(
            ExternalIssue(
                organisation=manna,
                connection=github.connection,
                task=task,
                number=str(number),
                key=f"#{number}",
                remote_status="open",
                task_state="registered",
                comments_since=timezone.now() - timedelta(days=1),
                linked_by=alice,
            )
        )
        github.fake.set(number, labels=["in progress"])
    ExternalIssue.objects.bulk_create(links)
    # A slow machine needs more than one turn: the next one goes on where the last one stopped.
    turns = 0
    while Task.objects.filter(state="registered").exists() and turns < 6:
        github.sync()
        turns += 1
    assert Task.objects.filter(state="in_progress").count() == 1000
    assert StateChange.objects.count() == 1000
    assert github.fake.count("GET", r"/issues\?.*page=10$") >= 1
    github.sync()
    assert not SyncedComment.objects.exists()
