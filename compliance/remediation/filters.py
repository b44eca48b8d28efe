"""What the address of a list, the board or a chart asks for; nonsense in it asks for nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from compliance.accounts.models import User
from compliance.remediation.models import (
    OPEN_STATES,
    TO_DO,
    TO_VERIFY,
    Dependency,
    Priority,
    Source,
    State,
    Task,
    Watcher,
)
from compliance.shared.severity import Severity

# Words of the address that stand for several states.
GROUPS = {"open": OPEN_STATES, "to_verify": TO_VERIFY}
LONGEST_NUMBER = 9
_WEEK = 7
_SEVERITY = Case(
    *(When(severity=each, then=Value(-each.rank)) for each in Severity),
    output_field=IntegerField(),
)
# Columns of the table and how they sort; the number breaks ties, so that pages never overlap.
SORTS: dict[str, F | Case] = {
    "due": F("due"),
    "number": F("number"),
    "severity": _SEVERITY,
    "priority": F("priority"),
    "state": F("state"),
    "assignee": F("assignee__name"),
    "title": F("title"),
    "since": F("state_since"),
}
PLAIN_SORT = "due"
_PRIORITIES = {str(each) for each in Priority.values}


def is_number(text: str) -> bool:
    """Digits that fit a column; an address may hold anything."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


@dataclass(frozen=True, slots=True)
class Filter:
    """ "" means everything. *state* may be one of GROUPS; *due* a word or a day."""

    state: str = "open"
    assignee: str = ""
    area: str = ""
    requirement: str = ""
    severity: str = ""
    priority: str = ""
    source: str = ""
    due: str = ""
    parent: str = ""
    application: str = ""
    search: str = ""
    mine: bool = False
    overdue: bool = False
    watching: bool = False
    blocked: bool = False
    extended: bool = False
    sort: str = PLAIN_SORT
    down: bool = False

    @classmethod
    def read(cls, query: QueryDict, *, state: str = "open") -> "Filter":
        """Read an address; *state* is what it means when it says nothing of states."""
        given: dict[str, Any] = {name: query.get(name, "")[:100] for name in _TEXTS}
        given |= {name: query.get(name) == "1" for name in _FLAGS}
        sort = query.get("sort", "")
        named = sort.removeprefix("-")
        return cls(
            **given,
            state=query.get("state", state),
            search=query.get("q", "")[:100],
            sort=named if named in SORTS else PLAIN_SORT,
            down=sort.startswith("-"),
        )

    def apply(self, rows: QuerySet[Task], user: User) -> QuerySet[Task]:
        rows = rows.filter(self._states(), self._columns(), self._search())
        if self.mine:
            rows = rows.filter(assignee_id=user.pk)
        if self.watching:
            mine = Watcher.objects.filter(user_id=user.pk, task=OuterRef("pk"))
            rows = rows.filter(Exists(mine))
        if self.blocked:
            rows = rows.filter(Exists(waits()))
        return rows

    def ordered(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        by = SORTS[self.sort]
        if self.down:
            return rows.order_by(by.desc(nulls_last=True), "-number")
        return rows.order_by(by.asc() if self.sort != "assignee" else _names_last(), "number")

    @property
    def rarer(self) -> int:
        """How many of the filters behind “More” are set."""
        names = ["source", "priority", "due", "watching", "blocked", "extended"]
        return sum(bool(getattr(self, name)) for name in names)

    def _states(self) -> Q:
        wanted = Q()
        if self.state in GROUPS:
            wanted &= Q(state__in=GROUPS[self.state])
        elif self.state in State.values:
            wanted &= Q(state=self.state)
        if self.overdue:
            wanted &= Q(state__in=TO_DO, due__lt=timezone.localdate())
        return wanted

    def _columns(self) -> Q:
        wanted = Q()
        for name, condition in _CONDITIONS.items():
            if value := getattr(self, name):
                wanted &= condition(value)
        return wanted & Q(extended_times__gt=0) if self.extended else wanted

    def _search(self) -> Q:
        words = Q()
        for word in self.search.split():
            number = word.upper().removeprefix("T-")
            named = Q(number=int(number)) if is_number(number) else Q()
            # Hangul and digits have no case, and changing that of every title costs the most.
            holds = "contains" if word.upper() == word.lower() else "icontains"
            text = Q(**{f"title__{holds}": word}) | Q(**{f"basis__{holds}": word})
            words &= text | named
        return words


def waits() -> QuerySet[Dependency]:
    """What an outer task waits for: open tasks."""
    return Dependency.objects.filter(blocked=OuterRef("pk"), blocker__state__in=OPEN_STATES)


def _names_last() -> OrderBy:
    return F("assignee__name").asc(nulls_last=True)


def _assignee(value: str) -> Q:
    if value == "none":
        return Q(assignee__isnull=True)
    return Q(assignee_id=int(value)) if is_number(value) else Q()


def _one_of(column: str, values: list[str]) -> Callable[[str], Q]:
    return lambda value: Q(**{column: value}) if value in values else Q()


def _number(column: str) -> Callable[[str], Q]:
    return lambda value: Q(**{column: int(value)}) if is_number(value) else Q()


def _due(value: str) -> Q:
    today = timezone.localdate()
    words = {
        "overdue": Q(state__in=TO_DO, due__lt=today),
        "today": Q(due=today),
        "week": Q(due__range=(today, today + timedelta(days=_WEEK))),
    }
    if value in words:
        return words[value]
    day = _day(value)
    return Q(due=day) if day else Q()


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


_TEXTS = (
    *("assignee", "area", "requirement", "severity", "priority", "source"),
    *("due", "parent", "application"),
)
_FLAGS = ("mine", "overdue", "watching", "blocked", "extended")
_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "assignee": _assignee,
    "area": lambda value: Q(requirement__area__code=value),
    "requirement": lambda value: Q(requirement__code=value),
    "severity": _one_of("severity", Severity.values),
    "priority": lambda value: Q(priority=int(value)) if value in _PRIORITIES else Q(),
    "source": _one_of("source", Source.values),
    "due": _due,
    "parent": _number("parent__number"),
    "application": lambda value: Q(received_verdict__round__application__number=value),
}
