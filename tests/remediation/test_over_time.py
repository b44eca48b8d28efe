"""Calendar, timeline and progress: the right things on the right days."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from compliance.remediation import arranging, calendars, linking, progress, services, timelines
from compliance.remediation.models import StateChange, Task
from compliance.remediation.services import NewTask
from compliance.shared.templatetags.work_charts import (
    Deadline,
    age_bars,
    burn_down,
    shortened,
    timeline_chart,
)


def at(day, hour=0):
    return timezone.make_aware(datetime.combine(day, time(hour)))


def made(manna, alice, title, *, days_ago, due=None):
    task = services.create(manna, NewTask(title), by=alice)
    when = at(timezone.localdate() - timedelta(days=days_ago), 1)
    Task.objects.filter(pk=task.pk).update(created_at=when, due=due or task.due)
    task.refresh_from_db()
    return task


def changed(task, days_ago, before, after):
    when = at(timezone.localdate() - timedelta(days=days_ago), 23)
    StateChange.objects.create(
        organisation_id=task.organisation_id, task=task, before=before, after=after, at=when
    )
    Task.objects.filter(pk=task.pk).update(state=after)


@pytest.mark.parametrize("by", ["month", "week"])
def test_a_span_is_whole_weeks_from_sunday(by):
    for text in ("2026-11-26", "2026-02-01", "2027-01-01", "1999-01-01", "x", "2026-13-40"):
        shown = calendars.span(by, text)
        assert (shown.first.weekday(), shown.last.weekday()) == (6, 5)
        assert calendars.span(by, shown.after.isoformat()).first > shown.first
        assert calendars.span(by, shown.before.isoformat()).first < shown.first


def test_a_day_names_what_is_due_and_counts_the_rest(manna, alice, adopted):
    today = timezone.localdate()
    for number in range(6):
        made(manna, alice, f"조치 {number}", days_ago=0, due=today)
    shown = calendars.span("month", "")
    found = calendars.calendar(manna, Task.objects.filter(organisation=manna), shown)
    [day] = [each for each in found.days if each.day == today]
    assert (len(day.tasks), day.count, day.more) == (4, 6, 2)


def test_a_change_at_noon_is_marked_and_korean_holidays_have_their_names(manna, alice, adopted):
    task = services.create(manna, NewTask("스위치 교체"), by=alice)
    noon = at(date(2026, 12, 25), 12)
    arranging.plan_change(task, noon, noon + timedelta(hours=14), by=alice)
    shown = calendars.span("month", "2026-12-25")
    found = calendars.calendar(manna, Task.objects.filter(organisation=manna), shown)
    days = {each.day: each for each in found.days}
    assert [str(each) for each in found.freezes] == ["11:00-14:00", "17:00-21:00"]
    [first] = days[date(2026, 12, 25)].changes
    [second] = days[date(2026, 12, 26)].changes
    assert (first.hours, first.warned) == ("12:00–24:00", True)
    assert (second.hours, second.warned) == ("00:00–02:00", False)
    assert days[date(2026, 12, 25)].free == "기독탄신일"


def test_what_is_open_is_counted_back_day_by_day(manna, alice, adopted):
    over = made(manna, alice, "하나", days_ago=10)
    made(manna, alice, "둘", days_ago=5)
    back = made(manna, alice, "셋", days_ago=9)
    changed(over, 4, "registered", "false_positive")
    changed(back, 6, "in_progress", "false_positive")
    changed(back, 2, "false_positive", "in_progress")
    first = timezone.localdate() - timedelta(days=8)
    found = progress.progress(manna, first)
    # 8 and 7 days ago two, one went, one came, one went, one came back.
    assert found.open == [2, 2, 1, 2, 1, 1, 2, 2, 2]
    assert sum(found.opened) == 2
    assert found.left == Task.objects.open().count()


def test_a_day_ends_at_midnight_in_korea(manna, alice, adopted):
    task = made(manna, alice, "자정", days_ago=3)
    # 23:30 of the day before in Korea is 14:30 in UTC.
    when = at(timezone.localdate() - timedelta(days=3)) - timedelta(minutes=30)
    Task.objects.filter(pk=task.pk).update(created_at=when)
    found = progress.progress(manna, timezone.localdate() - timedelta(days=6))
    assert found.opened == [0, 0, 1, 0, 0, 0, 0]


def test_ages_hold_every_open_task_once(manna, alice, adopted):
    for days in (0, 8, 20, 45, 75, 200):
        made(manna, alice, f"{days}일", days_ago=days)
    found = progress.ages(Task.objects.filter(organisation=manna))
    assert [each.total for each in found] == [1, 1, 1, 1, 1, 1]


def test_bars_keep_their_order_and_arrows_their_ends(manna, alice, adopted):
    first = made(manna, alice, "먼저", days_ago=200)
    second = made(manna, alice, "나중 <script>", days_ago=0)
    linking.block(second, first, by=alice)
    tasks = list(timelines.tasks_of(manna, None).select_related("assignee"))
    plan = timelines.plan(manna, tasks, timelines.milestones(None))
    assert plan.waits == [(first.pk, second.pk)]
    assert plan.last - plan.first <= timelines.BACK + timelines.AHEAD + timedelta(days=6)
    drawn = timeline_chart(plan, "일정")
    assert drawn.count("<polygon") == 1
    assert "<script" not in drawn


def test_charts_carry_no_style_and_take_any_number():
    today = timezone.localdate()
    for counts in ([0], [0, 0, 0], [5, 3, 1], [10**6] * 400):
        for deadline in (
            None,
            Deadline(today, "기한"),
            Deadline(today + timedelta(days=90), "기한", late=True),
        ):
            drawn = burn_down(today, counts, deadline, "말")
            assert "style" not in drawn
            assert "nan" not in drawn.lower()
    wide = age_bars([("90일 초과 / over 90 days", [1, 0, 0, 0, 0])], "말")
    assert 'x="171" y="20" text-anchor="end"' in wide, "a label begins on the page"
    assert "style" not in age_bars([("0–7일", [0, 0, 0, 0, 0])], "말")


def test_hangul_is_as_wide_as_two_letters():
    assert shortened("가나다라", 8) == "가나다라"
    assert shortened("가나다라마", 8) == "가나다라…"
    assert shortened("abcdefgh", 8) == "abcdefgh"
