"""Changing many tasks at once: what can be changed is, the rest is named, and it can be undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.remediation import services
from compliance.remediation.models import Task
from compliance.remediation.services import NewTask
from tests.remediation.conftest import fresh

ADDRESS = "/o/manna/tasks/bulk/"


@pytest.fixture
def five(manna, alice, bob, adopted):
    return [services.create(manna, NewTask(f"조치 {n}", assignee=bob), by=alice) for n in range(5)]


def picked(tasks):
    return [f"{task.pk}:{task.version}" for task in tasks]


def change(client, tasks, **fields):
    return client.post(ADDRESS, {"row": picked(tasks), **fields}, follow=True)


def test_an_assignee_a_date_and_a_priority_go_to_all(five, alice, carol, browse):
    due = timezone.localdate() + timedelta(days=1)
    client = browse(alice, language="en")
    page = change(client, five, op="assign", assignee=carol.pk, due=due, priority=1)
    assert "5 tasks were changed." in page.content.decode()
    assert set(Task.objects.values_list("assignee", "due", "priority")) == {(carol.pk, due, 1)}
    assert Entry.objects.filter(action="task.bulk_assigned").count() == 5

    page = client.post(f"{ADDRESS}undo/", follow=True)
    assert "5 tasks are as before." in page.content.decode()
    for task in five:
        now = fresh(task)
        assert (now.assignee_id, now.due, now.priority) == (
            task.assignee_id,
            task.due,
            task.priority,
        )
        assert now.rank == task.rank


def test_a_later_date_is_no_way_around_an_extension(five, alice, browse):
    late = timezone.localdate() + timedelta(days=400)
    page = change(browse(alice, language="en"), five, op="assign", due=late)
    assert "5 were left as they are" in page.content.decode()
    assert fresh(five[0]).due == five[0].due


def test_what_somebody_else_changed_is_named_and_left(five, alice, bob, browse):
    seen = picked(five)
    services.start(fresh(five[0]), by=bob)
    client = browse(alice, language="en")
    page = client.post(ADDRESS, {"row": seen, "op": "assign", "priority": 1}, follow=True)
    text = page.content.decode()
    assert "4 tasks were changed." in text
    assert "Somebody else changed it in the meantime." in text
    assert fresh(five[0]).priority == five[0].priority


def test_undo_leaves_what_was_changed_again(five, alice, bob, browse):
    client = browse(alice, language="en")
    change(client, five[:2], op="assign", priority=1)
    services.start(fresh(five[0]), by=bob)
    text = client.post(f"{ADDRESS}undo/", follow=True).content.decode()
    assert "1 task is as before." in text
    assert "It was changed again since" in text
    assert [fresh(task).priority for task in five[:2]] == [1, five[1].priority]
    assert client.post(f"{ADDRESS}undo/").status_code == 409


def test_nobody_takes_back_what_another_one_did(five, alice, olga, browse):
    change(browse(alice), five, op="assign", priority=1)
    assert browse(olga).post(f"{ADDRESS}undo/").status_code == 409


def test_a_state_is_moved_as_far_as_each_task_allows(five, bob, alice, browse):
    services.start(five[0], by=bob)
    page = change(browse(bob, language="en"), five, op="state", verb="start")
    text = page.content.decode()
    assert "4 tasks were changed." in text
    assert "1 was left as it is" in text
    assert set(Task.objects.values_list("state", flat=True)) == {"in_progress"}
    page = change(browse(bob), [fresh(task) for task in five], op="state", verb="close")
    assert set(Task.objects.values_list("state", flat=True)) == {"in_progress"}


def test_everything_that_the_filters_find(five, alice, browse):
    client = browse(alice)
    form = {"scope": "filtered", "query": "q=조치", "op": "assign", "priority": "1"}
    assert client.post(ADDRESS, {**form, "expected": "4"}).status_code == 409
    assert client.post(ADDRESS, {**form, "expected": "5"}).status_code == 302
    assert set(Task.objects.values_list("priority", flat=True)) == {1}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"op": "assign"},
        {"op": "assign", "row": "x:y"},
        {"op": "assign", "row": "1"},
        {"op": "state", "verb": "nonsense"},
        {"op": "nonsense"},
    ],
)
def test_nonsense_is_refused_with_a_sentence(five, alice, browse, form):
    assert browse(alice).post(ADDRESS, form).status_code == 409


@pytest.mark.parametrize("priority", ["9", "-1", "x"])
def test_a_value_that_is_none_changes_nothing(five, alice, browse, priority):
    answer = browse(alice).post(
        ADDRESS, {"row": picked(five), "op": "assign", "priority": priority}
    )
    assert answer.status_code == 409
    assert fresh(five[0]).priority == five[0].priority


def test_somebody_of_another_company_cannot_be_chosen(five, alice, sam, browse):
    form = {"row": picked(five), "op": "assign", "assignee": sam.pk}
    assert browse(alice).post(ADDRESS, form).status_code == 409


def undo(client) -> str:
    return client.post(f"{ADDRESS}undo/", follow=True).content.decode()


def test_a_start_is_taken_back_with_whom_it_took(five, bob, browse):
    Task.objects.filter(pk=five[0].pk).update(assignee=None)
    services.plan(five[1], plan="계획", by=bob)
    client = browse(bob, language="en")
    change(client, five[:3], op="state", verb="start")
    assert "3 tasks are as before." in undo(client)
    found = [(now.state, now.assignee_id) for now in map(fresh, five[:3])]
    assert found == [("registered", None), ("planned", bob.pk), ("registered", bob.pk)]
    assert client.post(f"{ADDRESS}undo/").status_code == 409


def test_a_closing_is_taken_back_to_the_fix_that_stood_before(fixed, alice, browse):
    client = browse(alice, language="en")
    change(client, [fixed], op="state", verb="verify-and-close")
    assert fresh(fixed).state == "closed"
    assert "1 task is as before." in undo(client)
    now = fresh(fixed)
    assert (now.state, now.closed_at, now.verified_by, now.verified_at) == (
        "fixed",
        None,
        None,
        None,
    )
    assert now.fixed_by == fixed.fixed_by


def test_what_was_reopened_stays_open_and_says_why(fixed, alice, browse):
    client = browse(alice, language="en")
    change(client, [fixed], op="state", verb="reopen", reason="다시 열립니다.")
    text = undo(client)
    assert "0 tasks are as before." in text
    assert "has lost its signatures" in text
    assert fresh(fixed).state == "in_progress"


def test_a_state_that_somebody_changed_since_is_named_and_left(five, alice, bob, browse):
    client = browse(alice, language="en")
    change(client, five[:2], op="state", verb="start")
    services.edit(fresh(five[0]), revision=0, title="다른 제목", by=bob)
    text = undo(client)
    assert "1 task is as before." in text
    assert "It was changed again since" in text
    assert [fresh(task).state for task in five[:2]] == ["in_progress", "registered"]


def test_a_part_stays_closed_while_its_whole_is(manna, alice, fixed, browse):
    services.verify_and_close(fixed, by=alice)
    whole = fixed
    part = services.create(manna, NewTask("부분"), by=alice)
    now = timezone.now()
    Task.objects.filter(pk=part.pk).update(
        state="verifying", parent=whole, verified_by=alice, verified_at=now
    )
    client = browse(alice, language="en")
    change(client, [fresh(part)], op="state", verb="close")
    text = undo(client)
    assert f"{whole.code}, of which it is a part, is over" in text
    assert fresh(part).state == "closed"


def test_nobody_takes_a_state_back_that_another_one_moved(five, alice, bob, browse):
    change(browse(bob), five, op="state", verb="start")
    assert browse(alice).post(f"{ADDRESS}undo/").status_code == 409
