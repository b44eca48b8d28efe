"""Working days leave out weekends, Korean holidays with their substitutes, and closing days."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from compliance.accounts import clocks
from compliance.accounts.clocks import Clock
from compliance.accounts.models import ClosingDay
from compliance.accounts.workdays import WorkCalendar, calendar_of
from compliance.audit.models import Entry
from compliance.shared.errors import Refused, Unauthorised
from compliance.shared.severity import Severity

PLAIN = WorkCalendar()


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 16), False),  # the day before Seollal
        (date(2026, 3, 2), False),  # the substitute of the first of March, a Sunday
        (date(2026, 5, 25), False),  # the substitute of Buddha's birthday, a Sunday
        (date(2026, 10, 5), False),  # the substitute of 3 October, a Saturday
        (date(2026, 10, 6), True),
        (date(2026, 11, 28), False),  # a Saturday
        (date(2027, 2, 9), False),  # the substitute of Seollal 2027, a Sunday
    ],
)
def test_holidays_and_their_substitutes(day, works):
    assert PLAIN.is_working(day) is works


def test_a_holiday_says_its_name_in_the_readers_language(in_english):
    assert PLAIN.name_of(date(2026, 12, 25)) == "Christmas Day"
    assert PLAIN.name_of(date(2026, 12, 24)) == ""


def test_five_working_days_go_round_chuseok():
    # Thursday and Friday are Chuseok: 23 September and then five days of work.
    assert PLAIN.plus(date(2026, 9, 23), 5) == date(2026, 10, 2)


def test_the_companys_own_days_are_free_too(manna, alice):
    day = date(2026, 11, 30)
    clocks.add_closing_day(manna, day, "창립기념일", by=alice)
    calendar = calendar_of(manna)
    assert calendar.plus(date(2026, 11, 27), 1) == date(2026, 12, 1)
    assert calendar.name_of(day) == "창립기념일"
    clocks.remove_closing_day(ClosingDay.objects.get(), by=alice)
    assert calendar_of(manna).plus(date(2026, 11, 27), 1) == day
    assert Entry.objects.filter(action__startswith="closing_day").count() == 2


@given(
    begun=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    number=st.integers(1, 30),
    today=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
)
def test_late_is_the_other_side_of_due(begun, number, today):
    clock = Clock(dict.fromkeys(Severity, number), PLAIN)
    late = begun < clock.late_if_begun_before(Severity.HIGH, today)
    assert late == (clock.due("high", begun) < today)


@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 31)), number=st.integers(1, 40))
def test_a_deadline_in_working_days_ends_on_one(day, number):
    due = PLAIN.plus(day, number)
    assert PLAIN.is_working(due)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert sum(map(PLAIN.is_working, between)) == number


def test_the_lead_says_how_days_are_counted(manna, alice, bob):
    with pytest.raises(Unauthorised):
        clocks.set_day_count(manna, "working", by=bob)
    with pytest.raises(Refused):
        clocks.set_day_count(manna, "lunar", by=alice)
    clocks.set_day_count(manna, "working", by=alice)
    assert clocks.clock_of(manna.pk).due("critical", date(2026, 2, 13)) == date(2026, 2, 27)


def test_the_page_shows_both(manna, alice, dave, browse):
    page = reverse("members:deadlines", args=["manna"])
    browse(alice).post(f"{page}count/", {"count": "working"})
    browse(alice).post(f"{page}closing-days/", {"day": "2099-05-04", "name": "징검다리 휴무"})
    for person in (alice, dave):
        assert "징검다리 휴무" in browse(person).get(page).content.decode()
    manna.refresh_from_db()
    assert manna.day_count == "working"
