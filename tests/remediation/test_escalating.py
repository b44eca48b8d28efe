"""Late tasks reach the lead and then the owner, once each; who leaves hands over."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership
from compliance.audit.models import Entry
from compliance.notices import services as notices
from compliance.notices.models import Notice
from compliance.remediation import deciding, escalating, handing, services, tasks
from compliance.remediation.models import Escalation, Task
from compliance.shared.errors import Refused, Unauthorised
from tests.remediation.conftest import fresh


def told():
    rows = Entry.objects.filter(action="task.escalated").order_by("seq")
    return [(entry.data["step"], entry.data["names"]) for entry in rows]


def test_first_the_lead_then_the_owner_once_each(task, alice, olga):
    due = task.due
    assert escalating.run(due) == 0
    assert escalating.run(due + timedelta(days=1)) == 1
    assert escalating.run(due + timedelta(days=2)) == 0
    assert escalating.run(due + timedelta(days=7)) == 1
    assert escalating.run(due + timedelta(days=70)) == 0
    assert told() == [("lead", "앨리스"), ("owner", "올가")]
    notices.deliver(task.organisation_id)
    assert Notice.objects.filter(user=olga, entry__action="task.escalated").count() == 1


def test_after_a_long_pause_both_steps_are_taken(task, alice, olga):
    assert escalating.run(task.due + timedelta(days=30)) == 2


def test_a_new_date_begins_anew(task, alice, bob, olga):
    escalating.run(task.due + timedelta(days=1))
    asked = deciding.ask_extension(
        task, new_due=task.due + timedelta(days=5), reason="납품 지연", by=bob
    )
    deciding.approve_extension(asked, by=alice)
    assert escalating.run(fresh(task).due) == 0
    assert escalating.run(fresh(task).due + timedelta(days=1)) == 1


def test_what_is_fixed_is_not_late(fixed, olga):
    assert escalating.run(fixed.due + timedelta(days=90)) == 0


def test_the_days_are_the_organisations(task, manna, alice, bob, olga):
    escalating.set_days(manna, lead=-3, owner=0, by=alice)
    assert escalating.run(task.due - timedelta(days=3)) == 1
    assert escalating.run(task.due) == 1
    for lead, owner in ((5, 5), (7, 1), (-91, 1), (1, 366)):
        with pytest.raises(Refused):
            escalating.set_days(manna, lead=lead, owner=owner, by=alice)
    with pytest.raises(Unauthorised):
        escalating.set_days(manna, lead=1, owner=2, by=bob)


def test_hundreds_go_in_few_queries(new, django_assert_max_num_queries, olga):
    Task.objects.bulk_create(
        Task(
            organisation=new("하나").organisation,
            number=1000 + n,
            source="person",
            title=f"조치 {n}",
            due=timezone.localdate() - timedelta(days=30),
        )
        for n in range(300)
    )
    with django_assert_max_num_queries(60):
        assert escalating.run() == 600
    assert Escalation.objects.count() == 600


def test_who_leaves_hands_over_to_the_lead(new, bob, alice, olga, task):
    mine = [new("밥의 일", assignee=bob), new("밥의 다른 일", assignee=bob)]
    accounts.remove_member(Membership.objects.get(user=bob), by=olga)
    assert {fresh(each).assignee for each in mine} == {alice}
    entries = Entry.objects.filter(action="task.handed_over")
    assert entries.count() == 2
    assert {entry.data["former"] for entry in entries} == {"밥"}
    notices.deliver(task.organisation_id)
    assert Notice.objects.filter(user=alice, entry__action="task.handed_over").count() == 2


def test_where_nobody_leads_it_is_nobodys(new, alice, bob, olga, manna):
    task = new("밥의 일", assignee=bob)
    Membership.objects.filter(user__in=[alice, olga]).update(role="viewer")
    Membership.objects.filter(user=bob).update(ended_at=timezone.now())
    assert handing.sweep() == 1
    assert fresh(task).assignee is None
    assert handing.sweep() == 0


def test_work_that_is_over_stays_signed(fixed, bob, alice, olga, carol):
    services.assign(fixed, assignee=bob, by=alice)
    services.verify(fixed, by=carol)
    services.close(fixed, by=alice)
    accounts.remove_member(Membership.objects.get(user=bob), by=olga)
    assert (fresh(fixed).assignee, fresh(fixed).fixed_by) == (bob, bob)


def test_the_page_sets_threshold_and_days(manna, alice, bob, browse):
    page = "/o/manna/tasks/settings/"
    said = {"threshold": "medium", "verdicts": "none", "lead": -2, "owner": 3}
    assert browse(bob).post(f"{page}save/", said).status_code == 403
    assert browse(alice).post(f"{page}save/", said | {"owner": -5}).status_code == 422
    assert browse(alice).post(f"{page}save/", said).status_code == 302
    manna.refresh_from_db()
    days = escalating.days_of(manna)
    assert (manna.task_threshold, days.lead, days.owner) == ("medium", -2, 3)
    assert 'value="-2"' in browse(alice).get(page).content.decode()


def test_the_command_does_what_the_scheduler_does(task, olga, accept, new):
    accept(new("견딜 일"), timezone.localdate() + timedelta(days=1))
    day = (task.due + timedelta(days=30)).isoformat()
    out = StringIO()
    call_command("run_clocks", "--json", "--day", day, stdout=out)
    done = json.loads(out.getvalue())
    assert (done["ended"], done["handed_over"], done["escalated"]) == (1, 0, 4)
    again = StringIO()
    call_command("run_clocks", "--day", day, stdout=again)
    assert "escalated: 0" in again.getvalue()


def test_the_scheduled_tasks_run(task):
    for each in (tasks.end_acceptances, tasks.escalate, tasks.keep_duties):
        each()
