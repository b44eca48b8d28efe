"""Hours in which nothing is changed because orders peak: parameters of the profile that are hours."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.remediation.models import Task
from compliance.requirements.models import Profile
from compliance.requirements.selectors import adopted_profiles

_FORM = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})")
# Longer changes are looked at for so many days; every window would come up by then.
MOST_DAYS = 14


class Freeze(NamedTuple):
    """From *begin* to *end* of a day; one that ends earlier than it begins goes over midnight."""

    begin: time
    end: time

    def on(self, day: date) -> tuple[datetime, datetime]:
        first = timezone.make_aware(datetime.combine(day, self.begin))
        over = day if self.begin < self.end else day + timedelta(days=1)
        return first, timezone.make_aware(datetime.combine(over, self.end))

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


def parsed(value: Any) -> list[Freeze]:
    """["11:00-14:00"] as windows; what is not of that form is left out."""
    lines = value if isinstance(value, list) else [value]
    found = [_FORM.fullmatch(str(line).strip()) for line in lines]
    return [each for match in found if match and (each := _freeze(match))]


def of_task(task: Task) -> list[Freeze]:
    """The windows of the profile of the task's requirement, else of all profiles worked with."""
    if task.requirement:
        return _of([task.requirement.profile])
    return _of(adopted_profiles(task.organisation))


def of_organisation(organisation: Organisation) -> list[Freeze]:
    """The windows of all profiles worked with, the earliest first."""
    return sorted(_of(adopted_profiles(organisation)))


def warnings(task: Task, start: datetime | None, end: datetime | None) -> Iterator[str]:
    """Sentences about a change from *start* to *end*, in the reader's language."""
    if start is None or end is None:
        return
    first, last = timezone.localtime(start), timezone.localtime(end)
    for freeze in of_task(task):
        if day := _meets(freeze, first, last):
            words = {"window": str(freeze), "day": day.isoformat()}
            yield _("On %(day)s it falls into the peak hours %(window)s. Plan it outside.") % words
    # An end at midnight belongs to the day before.
    if (last - timedelta(microseconds=1)).date() > first.date():
        yield _("The change goes over midnight. Say who is there on the next day.")


def _meets(freeze: Freeze, first: datetime, last: datetime) -> date | None:
    """The first day on which the window and the change have time in common."""
    # A window that goes over midnight may have begun the day before.
    day = first.date() - timedelta(days=1)
    while day <= min(last.date(), first.date() + timedelta(days=MOST_DAYS)):
        begin, end = freeze.on(day)
        if begin < last and first < end:
            return day
        day += timedelta(days=1)
    return None


def _of(profiles: Iterable[Profile]) -> list[Freeze]:
    """A list of hours in a profile is a freeze, whatever its author calls it."""
    found: dict[Freeze, None] = {}
    for profile in profiles:
        for name in profile.parameters:
            value = profile.parameter(name)
            found |= dict.fromkeys(parsed(value) if isinstance(value, list) else [])
    return list(found)


def _freeze(match: re.Match[str]) -> Freeze | None:
    hours = [int(each) for each in match.groups()]
    try:
        # 24:00 is the end of the day, which Python writes 00:00.
        begin, end = time(hours[0], hours[1]), time(hours[2] % 24, hours[3])
    except ValueError:
        return None
    return Freeze(begin, end) if begin != end else None
