"""Parts, order, steps, watchers, the planned change."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from compliance.audit.selectors import history
from compliance.remediation import arranging, freezes, linking, services
from compliance.remediation.models import ChecklistItem, Dependency, Task
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import fresh


def done(task, bob, carol, alice, proof):
    services.start(task, by=bob)
    services.fix(task, action_taken="고침", evidence=[proof], by=bob)
    services.verify(task, by=carol)
    services.close(task, by=alice)


def test_a_whole_closes_after_its_parts(new, alice, bob, carol, proof):
    whole = new("도입: 방화벽 이중화")
    part = new("장비 구매", parent=whole)
    services.start(whole, by=bob)
    services.fix(whole, action_taken="이중화", evidence=[proof], by=bob)
    services.verify(whole, by=carol)
    with pytest.raises(Refused, match=part.code):
        services.close(whole, by=alice)
    done(part, bob, carol, alice, proof)
    services.close(fresh(whole), by=alice)

    services.reopen(fresh(part), reason="장비가 고장났습니다.", by=alice)
    assert fresh(whole).state == "in_progress", "what it is a part of is not done either"
    assert part.code in history(whole)[0].data["reason"]


def test_what_is_over_takes_no_parts(new, alice, bob, carol, proof):
    whole = new("끝난 일")
    done(whole, bob, carol, alice, proof)
    with pytest.raises(Refused):
        new("부분", parent=fresh(whole))
    with pytest.raises(Refused):
        linking.set_parent(new("부분"), fresh(whole), by=alice)


def test_nothing_goes_in_a_circle(new, alice):
    one, two, three = new("하나"), new("둘"), new("셋")
    linking.block(two, one, by=alice)
    linking.block(three, two, by=alice)
    linking.block(three, two, by=alice)
    assert Dependency.objects.count() == 2
    with pytest.raises(Refused):
        linking.block(one, three, by=alice)
    with pytest.raises(Refused):
        linking.block(one, one, by=alice)
    # One waits for its parts, and three waits for one.
    with pytest.raises(Refused):
        linking.set_parent(three, one, by=alice)
    linking.set_parent(one, three, by=alice)
    with pytest.raises(Refused):
        linking.set_parent(three, two, by=alice)
    with pytest.raises(Refused):
        linking.set_parent(one, one, by=alice)
    linking.unblock(two, one, by=alice)
    linking.block(one, two, by=alice)


def test_the_database_refuses_the_shortest_circles(new):
    one = new("하나")
    with pytest.raises(IntegrityError), transaction.atomic():
        Dependency.objects.create(blocker=one, blocked=one, added_by=one.created_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.update(parent=one.pk)


def test_what_waits_is_not_reported_as_fixed(new, bob, alice, proof):
    first, then = new("먼저"), new("나중")
    linking.block(then, first, by=alice)
    services.start(then, by=bob)
    with pytest.raises(Refused, match=first.code):
        services.fix(then, action_taken="고침", evidence=[proof], by=bob)
    services.start(first, by=bob)
    services.fix(first, action_taken="고침", evidence=[proof], by=bob)
    services.fix(then, action_taken="고침", evidence=[proof], by=bob)


def test_tasks_of_others_are_neither_parts_nor_in_the_way(new, alice, elsewhere, sam):
    strange = services.create(elsewhere, services.NewTask("남의 일"), by=sam)
    with pytest.raises(Refused):
        linking.block(new("일"), strange, by=alice)
    with pytest.raises(Refused):
        linking.set_parent(new("일"), strange, by=alice)
    with pytest.raises(Refused):
        new("부분", parent=strange)


def test_every_step_is_done_before_the_fix_is_reported(task, bob, proof):
    step = arranging.add_step(task, "백업", by=bob)
    other = arranging.add_step(task, "적용", by=bob)
    services.start(task, by=bob)
    arranging.tick(step, done=True, by=bob)
    with pytest.raises(Refused):
        services.fix(task, action_taken="고침", evidence=[proof], by=bob)
    arranging.remove_step(other, by=bob)
    services.fix(task, action_taken="고침", evidence=[proof], by=bob)


def test_a_step_keeps_who_ticked_it_first(task, alice, bob):
    step = arranging.add_step(task, "백업", by=bob)
    arranging.tick(step, done=True, by=bob)
    arranging.tick(step, done=True, by=alice)
    assert ChecklistItem.objects.get().done_by == bob
    arranging.tick(step, done=False, by=alice)
    assert ChecklistItem.objects.get().done_by is None


def test_priority_and_effort_are_told(task, alice, dave):
    arranging.set_priority(task, 1, by=alice)
    arranging.set_effort(task, Decimal("2.5"), "points", by=alice)
    stored = fresh(task)
    assert (stored.priority, stored.effort, stored.effort_unit) == (1, Decimal("2.5"), "points")
    assert history(task)[0].data["after"] == {"effort": "2.5", "effort_unit": "points"}
    for wrong in (Decimal(-1), Decimal(100_000)):
        with pytest.raises(Refused):
            arranging.set_effort(task, wrong, "hours", by=alice)
    with pytest.raises(Refused):
        arranging.set_priority(task, 9, by=alice)
    with pytest.raises(Unauthorised):
        arranging.set_priority(task, 2, by=dave)


def test_every_change_is_counted(task, alice, bob):
    before = task.version
    arranging.set_priority(task, 1, by=alice)
    services.start(task, by=bob)
    services.edit(task, revision=0, plan="계획", by=bob)
    assert (fresh(task).version, task.version) == (before + 3, before + 3)


def test_a_viewer_may_watch_and_a_stranger_not(task, dave, sam, alice):
    arranging.watch(task, by=dave)
    arranging.watch(task, by=dave)
    services.comment(task, text="확인 부탁합니다.", by=alice)
    assert history(task)[0].data["watcher_ids"] == [dave.pk]
    arranging.watch(task, watching=False, by=dave)
    assert not task.watchers.exists()
    with pytest.raises(Unauthorised):
        arranging.watch(task, by=sam)


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(
    ("start", "end", "warnings"),
    [
        (at(1, 9), at(1, 11), 0),
        (at(1, 9), at(1, 11, 1), 1),
        (at(1, 14), at(1, 17), 0),
        (at(1, 12), at(1, 13), 1),
        (at(1, 10), at(1, 22), 2),
        (at(1, 22), at(2, 0), 0),
        (at(1, 22), at(2, 4), 1),
        (at(1, 22), at(2, 12), 2),
        (at(1, 20, 59), at(2, 0), 1),
    ],
)
def test_a_change_in_the_peak_or_over_midnight_is_warned_of(task, bob, start, end, warnings):
    found = arranging.plan_change(task, start, end, by=bob)
    assert len(found) == warnings, found
    assert fresh(task).change_start == start, "a warning hinders nothing"
    assert history(task)[0].data["warnings"] == found


def test_windows_that_go_over_midnight_count_on_both_days():
    [night] = freezes.parsed(["22:00-02:00"])
    meets = freezes._meets
    assert meets(night, at(2, 1), at(2, 3))
    assert meets(night, at(1, 23), at(2, 0))
    assert not meets(night, at(1, 3), at(1, 21))


@pytest.mark.parametrize("value", [None, [], "점심", ["25:00-26:00", "12:00", 7], {"a": 1}])
def test_nonsense_in_a_profile_is_no_window(value):
    assert freezes.parsed(value) == []


def test_a_change_ends_after_it_begins(task, bob):
    for start, end in ((at(1, 9), at(1, 9)), (at(1, 9), None)):
        with pytest.raises(Refused):
            arranging.plan_change(task, start, end, by=bob)


def test_a_task_of_no_requirement_goes_by_every_profile_in_use(new, bob, adopted):
    assert len(arranging.plan_change(new("요구사항 없음"), at(1, 12), at(1, 13), by=bob)) == 1


def test_without_a_profile_no_hours_are_kept_free(new, bob):
    assert arranging.plan_change(new("요구사항 없음"), at(1, 12), at(1, 13), by=bob) == []
