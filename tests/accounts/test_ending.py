"""The end of a membership is announced a week before and on the day before, each once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.accounts import ending, limits, services
from compliance.accounts.limits import Terms
from compliance.accounts.models import Membership
from compliance.accounts.roles import Role
from compliance.accounts.tasks import announce_ends
from compliance.applications import services as applications
from compliance.audit.models import Entry
from compliance.notices import services as notices
from compliance.notices.models import Notice
from portal.celery import app
from tests.conftest import make_person

TODAY = timezone.localdate()
END = TODAY + timedelta(days=20)


@pytest.fixture
def ends(olga):
    """ends(carol) sets the last day of a membership."""

    def set_(person, day=END, **more):
        member = Membership.objects.select_related("user", "organisation").get(user=person)
        limits.set_terms(member, Terms(ends_on=day, **more), by=olga)
        return member

    return set_


def said():
    rows = Entry.objects.filter(action="member.ends_soon").order_by("seq")
    return [(row.target_name.partition(" ")[0], row.data["day"], row.data["days"]) for row in rows]


def heard():
    notices.deliver_all()
    rows = Notice.objects.filter(entry__action="member.ends_soon")
    return sorted(rows.values_list("user__email", "url", "topic"))


def on(days_before):
    return ending.announce(END - timedelta(days=days_before))


def test_a_week_before_and_on_the_day_before_each_once(ends, carol):
    ends(carol)
    assert [on(n) for n in (8, 7, 7, 6, 5, 2, 1, 1, 0)] == [0, 1, 0, 0, 0, 0, 1, 0, 0]
    assert said() == [("캐롤", END.isoformat(), 7), ("캐롤", END.isoformat(), 1)]
    # Who is over is told nothing more.
    assert ending.announce(END + timedelta(days=1)) == 0


def test_what_no_job_told_in_time_is_told_with_the_next_one(ends, carol, dave):
    ends(carol)
    ends(dave)
    assert [on(3), on(3), on(0), on(0)] == [2, 0, 2, 0]
    assert [days for _who, _day, days in said()] == [7, 7, 1, 1]


def test_a_last_day_that_was_moved_is_told_of_anew(ends, carol):
    ends(carol)
    assert on(7) == 1
    later = END + timedelta(days=30)
    ends(carol, later)
    assert on(6) == 0
    assert ending.announce(later - timedelta(days=7)) == 1


def test_the_person_and_the_owners_hear(ends, manna, alice, carol, olga):
    make_person("ohara", "오하라", manna, Role.OWNER)
    member = ends(carol)
    on(7)
    page = f"/o/manna/members/{member.pk}/"
    assert heard() == [
        ("carol@example.com", "/", "alarms"),
        ("ohara@example.com", page, "alarms"),
        ("olga@example.com", page, "alarms"),
    ]
    notice = Notice.objects.filter(entry__action="member.ends_soon").first()
    assert f"마지막 날이 {END}" in notice.entry.sentence
    assert heard() == heard()


def test_a_limited_member_hears_of_their_own_end(ends, manna, adopted, alice, carol, dave):
    made = applications.create(manna, profile=adopted, by=alice, title="배민 연동")
    ends(carol, limited_to=made.pk)
    ends(dave)
    on(1)
    assert [row[0] for row in heard()] == [
        "carol@example.com",
        "dave@example.com",
        *["olga@example.com"] * 2,
    ]


def test_owners_hear_that_a_service_account_ends(ends, manna, olga):
    machine = services.add_machine(manna, name="CI", role=Role.CONTRIBUTOR, by=olga)
    ends(machine.user)
    on(7)
    assert [row[0] for row in heard()] == ["olga@example.com"]


def test_who_has_left_is_not_announced(ends, carol, olga):
    services.remove_member(ends(carol), by=olga)
    assert on(7) == 0


def test_it_reads_in_english(ends, carol, in_english):
    ends(carol)
    on(7)
    sentence = Entry.objects.get(action="member.ends_soon").sentence
    assert sentence.endswith(f"in the organisation is {END}")


def test_the_scheduler_runs_it(ends, carol):
    assert "accounts.announce_ends" in {each["task"] for each in app.conf.beat_schedule.values()}
    ends(carol, TODAY + timedelta(days=1))
    announce_ends()
    announce_ends()
    assert said() == [("캐롤", (TODAY + timedelta(days=1)).isoformat(), 1)]
