"""How the number of open tasks went, day by day, and how old those are that are open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Case, Count, DateField, Func, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.remediation.models import OPEN_STATES, StateChange, Task
from compliance.shared.severity import Severity

WEEKS = (4, 12, 26)
# Days up to which an age belongs to a bucket; the last one is open.
AGES = (7, 14, 30, 60, 90)
# How fast tasks were closed is taken from so many days.
PACE_DAYS = 28


class LocalDay(Func):
    """The day of a moment in the portal's zone, said in the database's own words.

    Django's own function is written in Python on SQLite: a hundred thousand rows would wait for it.
    """

    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        offset = timezone.localtime().utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        template = f"date(%(expressions)s, '{minutes:+d} minutes')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        zone = timezone.get_current_timezone_name()
        template = f"(%(expressions)s AT TIME ZONE '{zone}')::date"
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True, slots=True)
class Progress:
    """Open tasks at the end of each day from *first* to today, and what moves them."""

    first: date
    open: list[int]
    opened: list[int]
    over: list[int]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(len(self.open))]

    @property
    def left(self) -> int:
        return self.open[-1]

    @property
    def pace(self) -> float:
        """Tasks a day by which the open ones became fewer lately; negative when they grow."""
        days = min(PACE_DAYS, len(self.open))
        return (sum(self.over[-days:]) - sum(self.opened[-days:])) / days

    @property
    def forecast(self) -> date | None:
        """The day on which nothing is open when it goes on like this; None if it never is."""
        if self.left == 0:
            return timezone.localdate()
        if self.pace <= 0 or self.left / self.pace > 3650:
            return None
        return timezone.localdate() + timedelta(days=round(self.left / self.pace))


def progress(organisation: Organisation, first: date, profile_id: int | None = None) -> Progress:
    """Count backwards from what is open now: four queries, whatever the number of tasks."""
    rows = of_profile(organisation, profile_id)
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    number = (timezone.localdate() - first).days + 1
    opened = _by_day(rows.filter(created_at__gte=since), "created_at", first, number)
    changes = StateChange.objects.filter(organisation=organisation, at__gte=since)
    if profile_id:
        changes = changes.filter(task__requirement__profile_id=profile_id)
    left = changes.filter(before__in=OPEN_STATES).exclude(after__in=OPEN_STATES)
    back = changes.filter(after__in=OPEN_STATES).exclude(before__in=OPEN_STATES)
    over = _by_day(left, "at", first, number)
    again = _by_day(back, "at", first, number)
    now = rows.filter(state__in=OPEN_STATES).order_by().count()
    opened = [a + b for a, b in zip(opened, again, strict=True)]
    open_ = [now] * number
    for at in range(number - 1, 0, -1):
        open_[at - 1] = open_[at] - opened[at] + over[at]
    return Progress(first, open_, opened, over)


def _by_day(rows: QuerySet[Any], column: str, first: date, number: int) -> list[int]:
    found = [0] * number
    counted = rows.order_by().annotate(day=LocalDay(column)).values_list("day")
    for day, count in counted.annotate(total=Count("*")):
        at = (_date(day) - first).days
        if 0 <= at < number:
            found[at] += count
    return found


def _date(day: "date | str") -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


@dataclass(frozen=True, slots=True)
class Age:
    """Open tasks of one age, by severity from critical to information."""

    label: "str | Promise"
    counts: list[int]

    @property
    def total(self) -> int:
        return sum(self.counts)


def ages(rows: QuerySet[Task]) -> list[Age]:
    """Open tasks by how long they have been there, in one query."""
    now = timezone.now()
    bucket = Case(
        *(
            When(created_at__gt=now - timedelta(days=days), then=Value(at))
            for at, days in enumerate(AGES)
        ),
        default=Value(len(AGES)),
        output_field=IntegerField(),
    )
    counted = (
        rows.filter(state__in=OPEN_STATES)
        .order_by()
        .annotate(age=bucket)
        .values_list("age", "severity")
        .annotate(total=Count("*"))
    )
    places = {severity.value: at for at, severity in enumerate(Severity)}
    table = [[0] * len(places) for _age in range(len(AGES) + 1)]
    for age, severity, number in counted:
        table[age][places[severity]] = number
    return [Age(label, counts) for label, counts in zip(age_labels(), table, strict=True)]


def age_labels() -> "list[Promise | str]":
    """What each row of `ages` is called, in the reader's language."""
    limits = [0, *AGES]
    made: list[Promise | str] = [
        _("%(first)d–%(last)d days") % {"first": first + bool(first), "last": last}
        for first, last in pairwise(limits)
    ]
    return [*made, _("over %(last)d days") % {"last": AGES[-1]}]


def of_profile(organisation: Organisation, profile_id: int | None) -> QuerySet[Task]:
    """The organisation's tasks, or those of one profile."""
    rows = Task.objects.filter(organisation=organisation)
    return rows.filter(requirement__profile_id=profile_id) if profile_id else rows
