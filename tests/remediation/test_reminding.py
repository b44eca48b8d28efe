"""What is due soon is called to mind once, on the day that each person chose."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.notices import services as notices
from compliance.notices.models import Notice
from compliance.remediation import arranging, reminding
from compliance.remediation.models import Task

TODAY = timezone.localdate()


def told() -> list[tuple[str, list[int]]]:
    rows = Entry.objects.filter(action="task.due_soon").order_by("seq")
    return [(row.data["due"], row.data["told_ids"]) for row in rows]


@pytest.fixture
def chosen(manna):
    def choose(user, days):
        notices.set_preferences(
            manna, choices={}, quiet=(None, None, "Asia/Seoul"), days_before=days, by=user
        )

    return choose


def test_it_is_told_three_days_before_and_once(new, bob, alice):
    due = TODAY + timedelta(days=5)
    task = new("방화벽", assignee=bob, due=due)
    assert [reminding.run(due - timedelta(days=n)) for n in (4, 3, 2, 0)] == [0, 1, 0, 0]
    assert told() == [(due.isoformat(), [bob.pk])]
    notices.deliver_all()
    notice = Notice.objects.get(entry__action="task.due_soon")
    assert (notice.user, notice.topic, notice.url) == (
        bob,
        "deadlines",
        f"/o/manna/tasks/{task.number}/",
    )


def test_each_hears_on_the_day_that_they_chose(new, chosen, bob, carol, alice):
    chosen(bob, 7)
    chosen(carol, 0)
    due = TODAY + timedelta(days=10)
    task = new("방화벽", assignee=bob, due=due)
    arranging.watch(task, by=carol)
    heard = {
        n: (reminding.run(due - timedelta(days=n)), told()[-1][1] if told() else [])
        for n in (8, 7, 1, 0)
    }
    assert heard == {8: (0, []), 7: (1, [bob.pk]), 1: (0, [bob.pk]), 0: (1, [carol.pk])}


def test_after_a_pause_of_the_clock_it_is_told_and_a_late_task_is_not(new, bob):
    new("내일까지", assignee=bob, due=TODAY + timedelta(days=1))
    late = new("늦은 것", assignee=bob, due=TODAY)
    Task.objects.filter(pk=late.pk).update(due=TODAY - timedelta(days=1))
    assert reminding.run() == 1


def test_another_due_date_is_told_of_anew(new, bob):
    task = new("방화벽", assignee=bob, due=TODAY + timedelta(days=2))
    reminding.run()
    Task.objects.filter(pk=task.pk).update(due=TODAY + timedelta(days=3))
    assert reminding.run() == 1
    assert len(told()) == 2


@pytest.mark.parametrize("state", ["fixed", "closed", "risk_accepted"])
def test_nobody_is_told_of_what_nothing_is_left_to_do(new, bob, alice, state):
    task = new("방화벽", assignee=bob, due=TODAY)
    if state == "risk_accepted":
        columns = {"accepted_by": alice, "accepted_until": TODAY}
    else:
        columns = {"verified_by": alice, "verified_at": timezone.now()}
        columns |= {"closed_at": timezone.now()} if state == "closed" else {}
    Task.objects.filter(pk=task.pk).update(state=state, **columns)
    assert reminding.run() == 0


def test_more_than_a_batch_is_told(new, bob, monkeypatch):
    monkeypatch.setattr(reminding, "BATCH", 2)
    for n in range(5):
        new(f"조치 {n}", assignee=bob, due=TODAY + timedelta(days=n % 3))
    assert reminding.run() == 5
    assert reminding.run() == 0


def test_the_day_is_chosen_on_the_page_of_notices(manna, bob, browse):
    client = browse(bob, language="en")
    page = client.get("/o/manna/notices/choose/").content.decode()
    assert "3 days before" in page
    form = {"time_zone": "Asia/Seoul", "days_before": "7"}
    client.post("/o/manna/notices/choose/set/", form)
    assert notices.preference_of(bob, manna).days_before == 7
    assert (
        client.post("/o/manna/notices/choose/set/", {**form, "days_before": "8"}).status_code == 422
    )
