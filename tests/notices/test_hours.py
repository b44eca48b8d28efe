import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from compliance.accounts.models import ClosingDay
from compliance.accounts.workdays import WorkCalendar
from compliance.notices.fanout import Audience
from compliance.notices.hours import after_quiet, next_digest

KST = ZoneInfo("Asia/Seoul")


def at(text, zone="Asia/Seoul"):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("begin", "end", "moment", "expected"),
    [
        ("22:00", "07:00", "2026-11-25T21:59", "2026-11-25T21:59"),
        ("22:00", "07:00", "2026-11-25T22:00", "2026-11-26T07:00"),
        ("22:00", "07:00", "2026-11-26T06:59", "2026-11-26T07:00"),
        ("22:00", "07:00", "2026-11-26T07:00", "2026-11-26T07:00"),
        ("12:00", "13:00", "2026-11-26T12:30", "2026-11-26T13:00"),
        ("12:00", "12:00", "2026-11-26T12:00", "2026-11-26T12:00"),
    ],
)
def test_quiet_hours(begin, end, moment, expected):
    begin, end = dt.time.fromisoformat(begin), dt.time.fromisoformat(end)
    assert after_quiet(at(moment), begin, end, "Asia/Seoul") == at(expected)


def test_no_quiet_hours():
    assert after_quiet(at("2026-11-25T23:00"), None, None, "Asia/Seoul") == at("2026-11-25T23:00")


def test_quiet_hours_are_those_of_the_persons_zone():
    """23:00 in Seoul is 15:00 in Berlin."""
    quiet = (dt.time(22), dt.time(7), "Europe/Berlin")
    assert after_quiet(at("2026-11-25T23:00"), *quiet) == at("2026-11-25T23:00")
    assert after_quiet(at("2026-11-26T08:00"), *quiet) == at("2026-11-26T07:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-26T08:59", "2026-11-26T09:00"),
        ("2026-11-26T09:00", "2026-11-27T09:00"),
        ("2026-11-27T18:00", "2026-11-30T09:00"),  # over a weekend
        ("2026-12-24T18:00", "2026-12-28T09:00"),  # Christmas is a Friday
        ("2027-02-05T10:00", "2027-02-10T09:00"),  # Seollal, Saturday to Monday, and its substitute
        ("2026-08-14T10:00", "2026-08-18T09:00"),  # Liberation Day on a Saturday, substitute Monday
    ],
)
def test_the_digest_comes_on_working_days(moment, expected):
    assert next_digest(at(moment), WorkCalendar()) == at(expected)


def test_the_digest_does_not_come_on_a_day_on_which_the_organisation_is_closed(manna):
    """The founding day is a Friday here; another organisation works on it."""
    ClosingDay.objects.create(organisation=manna, day=dt.date(2026, 11, 27), name="창립기념일")
    audience = Audience(manna.pk, at("2026-11-26T18:00"))
    assert next_digest(audience.now, audience.days) == at("2026-11-30T09:00")
    assert next_digest(audience.now, WorkCalendar()) == at("2026-11-27T09:00")
