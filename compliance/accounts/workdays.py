"""Days on which an organisation works: no weekend, no Korean public holiday, no day it closes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from django.utils.translation import get_language

from compliance.accounts.models import ClosingDay, Organisation

SATURDAY = 5
_DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def public_holidays(year: int, language: str = "ko") -> dict[date, str]:
    """{day: its name} of Korea's public holidays, substitute holidays and election days too.

    The library knows the lunar calendar and what the government has announced by its release;
    a day that is announced later is entered as a closing day.
    """
    import holidays  # 3 MB, for processes that count no days too

    spoken = "ko" if language == "ko" else "en_US"
    return dict(holidays.country_holidays("KR", years=year, language=spoken))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of one organisation; *closing* are its own free days with their names."""

    closing: dict[date, str] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        return (
            day.weekday() < SATURDAY
            and day not in self.closing
            and day not in public_holidays(day.year)
        )

    def name_of(self, day: date) -> str:
        """Why nobody works on *day*, "" for a weekend or a working day."""
        language = get_language() or "ko"
        return self.closing.get(day) or public_holidays(day.year, language).get(day, "")

    def free(self, first: date, last: date) -> Iterator[tuple[date, str]]:
        """Holidays and closing days from *first* to *last*, each with its name."""
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if name := self.name_of(day):
                yield day, name

    def plus(self, day: date, number: int) -> date:
        """The *number*-th working day after *day*; before it for a negative number."""
        step = _DAY if number >= 0 else -_DAY
        left = abs(number)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += _DAY
        return day


def calendar_of(organisation: Organisation | int) -> WorkCalendar:
    """One query."""
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return WorkCalendar(_named(ClosingDay.objects.filter(organisation_id=pk)))


def _named(rows: Iterable[ClosingDay]) -> dict[date, str]:
    return {row.day: row.name for row in rows}
