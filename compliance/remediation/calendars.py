"""A month or a week: what is due, planned changes, duties, days of applications, free days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.accounts.workdays import calendar_of
from compliance.applications.models import OPEN_STATES as OPEN_APPLICATIONS
from compliance.applications.models import Application
from compliance.applications.models import State as ApplicationState
from compliance.remediation import freezes
from compliance.remediation.freezes import Freeze
from compliance.remediation.models import OPEN_STATES, DutyOccurrence, Task

# Of one day: so many tasks are named in a month, and so many in a week.
IN_MONTH = 4
IN_WEEK = 25
DAYS = 7
_SUNDAY = 6


class Span(NamedTuple):
    """The days that are shown, and what one turns to from there."""

    first: date
    last: date
    # The month that is meant; days beside it are shown quietly.
    middle: date
    by: str

    @property
    def before(self) -> date:
        return self.first - timedelta(days=DAYS if self.by == "week" else 1)

    @property
    def after(self) -> date:
        return self.last + timedelta(days=1)


def span(by: str, text: str) -> Span:
    """The month or week around the day that *text* writes, else around today."""
    day = _read(text) or timezone.localdate()
    if by == "week":
        first = _sunday(day)
        return Span(first, first + timedelta(days=DAYS - 1), day, by)
    begin = day.replace(day=1)
    end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    last = _sunday(end) + timedelta(days=DAYS - 1)
    return Span(_sunday(begin), last, begin, "month")


def _read(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    # Nobody turns further, and the first weeks of all time have no week before them.
    return found if found and 2000 <= found.year <= 2100 else None


def _sunday(day: date) -> date:
    """Korean calendars begin the week on Sunday."""
    return day - timedelta(days=(day.weekday() - _SUNDAY) % DAYS)


class Mark(NamedTuple):
    """A day of an application: what it is, and of which."""

    label: "str | Promise"
    application: Application


@dataclass(slots=True)
class Change:
    """A planned change on one day, in hours of that day; *warned*: within a freeze window."""

    task: Task
    begin: float
    end: float
    warned: bool

    @property
    def hours(self) -> str:
        return f"{_clock(self.begin)}–{_clock(self.end)}"


@dataclass(slots=True)
class Day:
    """One cell."""

    day: date
    tasks: list[Task] = field(default_factory=list)
    count: int = 0
    changes: list[Change] = field(default_factory=list)
    duties: list[DutyOccurrence] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    free: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.tasks)

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()

    @property
    def is_weekend(self) -> bool:
        return self.day.weekday() >= 5

    @property
    def is_sunday(self) -> bool:
        return self.day.weekday() == _SUNDAY

    @property
    def is_empty(self) -> bool:
        return not (self.count or self.changes or self.duties or self.marks)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days in weeks, and the hours in which nothing is changed."""

    span: Span
    days: list[Day]
    freezes: list[Freeze]

    @property
    def weeks(self) -> list[list[Day]]:
        return [self.days[at : at + DAYS] for at in range(0, len(self.days), DAYS)]


def calendar(organisation: Organisation, rows: QuerySet[Task], shown: Span) -> Calendar:
    """Fill the days of *shown* with *rows* and the organisation's own days: seven queries."""
    number = (shown.last - shown.first).days + 1
    days = {each: Day(each) for each in (shown.first + timedelta(days=n) for n in range(number))}
    _fill_tasks(rows, shown, days)
    windows = freezes.of_organisation(organisation)
    for day, change in _changes(rows, shown, windows):
        if day in days:
            days[day].changes.append(change)
    for duty in _duties(organisation, shown):
        days[duty.due].duties.append(duty)
    for day, mark in _marks(organisation):
        if day in days:
            days[day].marks.append(mark)
    for day, name in calendar_of(organisation).free(shown.first, shown.last):
        days[day].free = name
    return Calendar(shown, list(days.values()), windows)


def _fill_tasks(rows: QuerySet[Task], shown: Span, days: dict[date, Day]) -> None:
    """The first tasks of each day, and how many there are: two queries."""
    due = rows.filter(state__in=OPEN_STATES, due__range=(shown.first, shown.last)).order_by()
    most = IN_WEEK if shown.by == "week" else IN_MONTH
    # By number, which the index holds: of a full day no order says more than another.
    place = Window(RowNumber(), partition_by=F("due"), order_by="number")
    number = Window(Count("pk"), partition_by=F("due"))
    first = due.annotate(place=place, number_of_day=number).filter(place__lte=most)
    counts = {pk: (day, n) for pk, day, n in first.values_list("pk", "due", "number_of_day")}
    for day, n in counts.values():
        days[day].count = n
    named = Task.objects.filter(pk__in=list(counts)).select_related("assignee")
    for task in named.order_by("priority", "number"):
        days[task.due].tasks.append(task)


def _changes(
    rows: QuerySet[Task], shown: Span, windows: list[Freeze]
) -> Iterator[tuple[date, Change]]:
    begin = timezone.make_aware(datetime.combine(shown.first, datetime.min.time()))
    end = begin + timedelta(days=(shown.last - shown.first).days + 1)
    planned = rows.filter(change_start__lt=end, change_end__gt=begin).order_by("change_start")
    for task in planned.select_related("assignee")[:500]:
        yield from _by_day(task, windows)


def _by_day(task: Task, windows: list[Freeze]) -> Iterator[tuple[date, Change]]:
    if task.change_start is None or task.change_end is None:
        return
    first, last = timezone.localtime(task.change_start), timezone.localtime(task.change_end)
    day = first.date()
    while day <= last.date() and (day - first.date()).days <= freezes.MOST_DAYS:
        midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        begin = max(0.0, (first - midnight) / timedelta(hours=1))
        end = min(24.0, (last - midnight) / timedelta(hours=1))
        if end > begin:
            warned = any(_meets(each, day, first, last) for each in windows)
            yield day, Change(task, begin, end, warned)
        day += timedelta(days=1)


def _meets(freeze: Freeze, day: date, first: datetime, last: datetime) -> bool:
    begin, end = freeze.on(day)
    return begin < last and first < end


def _duties(organisation: Organisation, shown: Span) -> QuerySet[DutyOccurrence]:
    return DutyOccurrence.objects.filter(
        series__organisation=organisation, due__range=(shown.first, shown.last), skipped=False
    ).select_related("series__responsible")


def _marks(organisation: Organisation) -> Iterator[tuple[date, Mark]]:
    """Submissions, answers that the platform waits for, and the ends of approvals: two queries."""
    wanted = Q(state__in=OPEN_APPLICATIONS) | Q(
        state=ApplicationState.APPROVED, valid_until__isnull=False
    )
    rows = Application.objects.filter(wanted, organisation=organisation)
    for application in rows.select_related("organisation").prefetch_related("rounds"):
        for round_ in application.rounds.all():
            if round_.submitted_at:
                day = timezone.localdate(round_.submitted_at)
                yield day, Mark(_("Submitted"), application)
            if round_.changes_due:
                yield round_.changes_due, Mark(_("Answer due"), application)
        if application.valid_until:
            yield application.valid_until, Mark(_("Approval ends"), application)


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
