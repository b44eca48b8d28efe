"""The calendar feed: who holds the key reads the dates, until the key or the membership ends."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from compliance.applications import services as applications
from compliance.audit.services import SYSTEM
from compliance.remediation import arranging, keeping, services
from compliance.remediation.keeping import NewDuty
from compliance.remediation.models import CalendarFeed, Task
from compliance.remediation.services import NewTask
from compliance.requirements import documents, loading
from compliance.requirements import services as requirements
from tests.conftest import YOGIYO


@pytest.fixture
def dates(manna, alice, bob, adopted):
    task = services.create(manna, NewTask("방화벽; 이중화,\n점검", assignee=bob), by=alice)
    noon = timezone.localtime().replace(hour=3, minute=0, second=0, microsecond=0)
    arranging.plan_change(task, noon, noon + timedelta(hours=2), by=bob)
    services.create(manna, NewTask("남의 일", assignee=alice), by=alice)
    return task


def made(client):
    """The address without the host, as the page shows it this once."""
    page = client.post("/o/manna/tasks/feed/")
    return page.context["address"].removeprefix("http://testserver")


def read(client, address, **headers):
    return client.get(address, headers=headers)


def test_a_calendar_program_reads_ones_own_dates(dates, bob, browse):
    address = made(browse(bob))
    answer = read(browse(), address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    events = {str(event["uid"]).split("-")[0]: event for event in calendar.walk("VEVENT")}
    assert set(events) == {"task", "change"}
    assert events["task"].decoded("dtstart") == dates.due
    assert "방화벽; 이중화" in str(events["task"]["summary"])
    assert f"/o/manna/tasks/{dates.number}/" in str(events["task"]["url"])
    [alarm] = events["task"].walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(hours=-15)
    assert events["change"].decoded("dtstart").utcoffset() == timedelta(hours=9)
    # Lines are folded at 75 bytes and end as the format wants.
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_names_of_entries_stay_when_the_key_and_the_title_change(dates, bob, alice, browse):
    def uids(address):
        calendar = Calendar.from_ical(read(browse(), address).content)
        return sorted(str(event["uid"]) for event in calendar.walk("VEVENT"))

    before = uids(made(browse(bob)))
    Task.objects.filter(pk=dates.pk).update(title="다른 이름")
    assert uids(made(browse(bob))) == before


def test_nothing_new_is_not_sent_again(dates, bob, browse):
    address = made(browse(bob))
    first = read(browse(), address)
    again = read(browse(), address, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    services.start(Task.objects.get(pk=dates.pk), by=bob)
    changed = read(browse(), address, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_new_key_ends_the_old_one(dates, bob, browse):
    old = made(browse(bob))
    new = made(browse(bob))
    assert read(browse(), old).status_code == 404
    assert read(browse(), new).status_code == 200
    browse(bob).post("/o/manna/tasks/feed/end/")
    assert read(browse(), new).status_code == 404


@pytest.mark.parametrize("leaving", ["membership", "account"])
def test_who_leaves_reads_nothing_from_then_on(dates, bob, browse, leaving):
    address = made(browse(bob))
    if leaving == "membership":
        bob.memberships.update(ended_at=timezone.now())
    else:
        type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    assert read(browse(), address).status_code == 404


def test_after_the_last_day_the_key_opens_nothing(dates, bob, browse):
    address = made(browse(bob))
    bob.memberships.update(ends_on=timezone.localdate())
    assert read(browse(), address).status_code == 200
    bob.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert read(browse(), address).status_code == 404
    assert browse(bob).get("/o/manna/tasks/feed/").status_code == 404
    # More days open it again; nobody has to make a new one.
    bob.memberships.update(ends_on=timezone.localdate() + timedelta(days=9))
    assert read(browse(), address).status_code == 200


@pytest.fixture
def both(manna, adopted, alice, bob):
    """bob works on a task of each platform and on one of neither; a duty is his, too."""
    profile = loading.load(documents.read(YOGIYO.read_bytes()))[0]
    requirements.adopt(manna, profile, by=SYSTEM)
    inner, outer = profile.requirements.first(), adopted.requirements.first()
    for title, requirement in [("안쪽 일", inner), ("너머 일", outer), ("어디도 아닌 일", None)]:
        services.create(manna, NewTask(title, requirement=requirement, assignee=bob), by=alice)
    keeping.create(manna, NewDuty("분기 점검", "quarterly", responsible=bob), by=alice)
    return [
        applications.create(manna, profile=each, by=alice, title=title)
        for each, title in [(profile, "안쪽 신청"), (adopted, "너머 신청")]
    ]


def test_within_a_limit_the_calendar_holds_the_one_application(both, bob, browse):
    """A key from before: bob became a viewer who sees one application alone."""
    for each in both:
        each.rounds.update(changes_due=timezone.localdate() + timedelta(days=9))
    address = made(browse(bob))

    def shown():
        calendar = Calendar.from_ical(read(browse(), address).content)
        return sorted(str(event["summary"]) for event in calendar.walk("VEVENT"))

    whole = shown()
    for each in ["안쪽 일", "너머 일", "어디도 아닌 일", "분기 점검", "안쪽 신청", "너머 신청"]:
        assert any(each in said for said in whole), each
    bob.memberships.update(role="viewer", limited_to=both[0].pk)
    [task, application] = shown()
    assert "안쪽 일" in task
    assert "안쪽 신청" in application
    bob.memberships.update(limited_to=None)
    assert shown() == whole


def test_within_a_limit_one_makes_and_ends_ones_own_key(both, bob, browse):
    bob.memberships.update(role="viewer", limited_to=both[0].pk)
    tasks = browse(bob).get("/o/manna/tasks/").content.decode()
    assert "/o/manna/tasks/feed/" in tasks
    page = browse(bob).get("/o/manna/tasks/feed/").content.decode()
    assert "/o/manna/tasks/mine/" not in page
    address = made(browse(bob))
    assert read(browse(), address).status_code == 200
    browse(bob).post("/o/manna/tasks/feed/end/")
    assert read(browse(), address).status_code == 404


def test_the_key_is_kept_as_a_digest_and_opens_one_organisation(dates, bob, elsewhere, browse):
    address = made(browse(bob))
    secret = address.rsplit("/", 1)[-1].removesuffix(".ics")
    assert secret not in str(CalendarFeed.objects.values().get())
    assert read(browse(), address.replace("/manna/", "/elsewhere/")).status_code == 404
    assert read(browse(), "/o/manna/tasks/feed/x.ics").status_code == 404
    assert secret not in browse(bob).get("/o/manna/tasks/feed/").content.decode()
