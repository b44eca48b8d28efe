"""Months, quarters, half years and years of a duty, and the day in each on which it is due."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from compliance.accounts.workdays import WorkCalendar
from compliance.remediation.models import DutySeries, Rhythm, WorkingDay


class Period(NamedTuple):
    first_day: date
    last_day: date
    due: date


def periods(series: DutySeries, until: date, calendar: WorkCalendar) -> Iterator[Period]:
    """Every period of the series that begins on *until* or before, the oldest first."""
    months = Rhythm(series.rhythm).months
    for number in count():
        first = _months_later(series.first_period, number * months)
        if first > until:
            return
        last = _months_later(first, months) - timedelta(days=1)
        yield Period(first, last, _due(series, last, calendar))


def begin_of(rhythm: str, day: date) -> date:
    """First day of the calendar month, quarter, half year or year that *day* is in."""
    months = Rhythm(rhythm).months
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def rhythm_for(days: int) -> Rhythm | None:
    """The rhythm that is never slower than every *days* days, give or take a few for long months."""
    for rhythm in (Rhythm.YEARLY, Rhythm.HALF_YEARLY, Rhythm.QUARTERLY, Rhythm.MONTHLY):
        # 180 days are meant as half a year, 30 days as a month.
        if days >= rhythm.months * 30:
            return rhythm
    return None


def _due(series: DutySeries, last: date, calendar: WorkCalendar) -> date:
    day = last.replace(day=min(series.due_day, last.day))
    if series.working_day == WorkingDay.BEFORE:
        return calendar.on_or_before(day)
    if series.working_day == WorkingDay.AFTER:
        return calendar.on_or_after(day)
    return day


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
