"""The board: the states side by side, a page of cards each, however many tasks there are.

Cards stand by their rank. What is shown first is read in two queries for all columns together,
a further page of one column in two more; a lane is the same board of fewer tasks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.remediation.models import OPEN_STATES, BoardLimit, Dependency, State, Task
from compliance.requirements.models import Area, Requirement
from compliance.shared.numbers import whole

COLUMNS = [
    State.REGISTERED,
    State.PLANNED,
    State.IN_PROGRESS,
    State.FIXED,
    State.VERIFYING,
    State.DISPUTED,
    State.CLOSED,
]
FIRST = 20
MORE = 50
# What was closed longer ago has left the board.
CLOSED_DAYS = 14
_ORDER = ("rank", "pk")


class Place(NamedTuple):
    """Where a page of a column ended: the next one begins after this card."""

    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Read what `str` wrote; anything else is no place."""
        rank, _dash, pk = text.partition("-")
        fits = rank.isascii() and rank.isdecimal() and len(rank) < len(str(2**63))
        return cls(int(rank), whole(pk)) if fits else None


@dataclass(frozen=True, slots=True)
class Column:
    """One state: a page of its cards, how many there are, and how many there should be at most."""

    state: State
    count: int
    cards: list[Task] = field(default_factory=list)
    limit: int | None = None
    more: Place | None = None

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.count > self.limit


@dataclass(frozen=True, slots=True)
class Lane:
    """The tasks of one person or area across the states."""

    key: str
    label: "str | Promise"
    count: int


def columns(rows: QuerySet[Task], limits: Mapping[str, int]) -> list[Column]:
    """The first cards of every column of *rows*: four queries."""
    counts = _counts(rows)
    pages = [_page(rows, state, None, FIRST) for state in COLUMNS if counts.get(state)]
    cards = _cards(pages)
    return [
        _column(state, counts.get(state, 0), cards.get(state, []), FIRST, limits)
        for state in COLUMNS
    ]


def further(rows: QuerySet[Task], state: State, after: Place) -> Column:
    """The next page of one column: two queries."""
    cards = _cards([_page(rows, state, after, MORE)])
    return _column(state, 0, cards.get(state, []), MORE, {})


def _counts(rows: QuerySet[Task]) -> dict[str, int]:
    """{state: how many}. What is over is counted apart, for it is most of all in the end."""
    found = _open(rows).order_by().values_list("state").annotate(total=Count("*"))
    return {**dict(found), State.CLOSED: rows.filter(_lately()).count()}


def _open(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.filter(state__in=OPEN_STATES)


def _lately() -> Q:
    """What was closed lately. The day says the state too, so that an index alone counts them."""
    return Q(closed_at__gte=timezone.now() - timedelta(days=CLOSED_DAYS))


def _page(
    rows: QuerySet[Task], state: State, after: Place | None, size: int
) -> QuerySet[Task, Any]:
    """Keys of one column, one more than are shown, so that the page knows of the next."""
    found = rows.filter(state=state)
    if state == State.CLOSED:
        found = found.filter(_lately())
    if after:
        beyond = Q(rank=after.rank, pk__gt=after.pk) | Q(rank__gt=after.rank)
        # The plain comparison is what the index serves.
        found = found.filter(rank__gte=after.rank).filter(beyond)
    return found.order_by(*_ORDER).values_list("pk", flat=True)[: size + 1]


def _cards(pages: list[QuerySet[Task, Any]]) -> dict[str, list[Task]]:
    if not pages:
        return {}
    # SQLite cuts no part of a union: each page is cut inside and asked for by its keys.
    first, *others = (Task.objects.filter(pk__in=page).order_by().values("pk") for page in pages)
    keys = [row["pk"] for row in (first.union(*others, all=True) if others else first)]
    found: dict[str, list[Task]] = {}
    for task in with_blocked(Task.objects.filter(pk__in=keys)).order_by(*_ORDER):
        found.setdefault(task.state, []).append(task)
    return found


def with_blocked(rows: QuerySet[Task]) -> QuerySet[Task]:
    """What a card shows of a task; `is_blocked` says whether it waits for an open one."""
    waits = Dependency.objects.filter(blocked=OuterRef("pk"), blocker__state__in=OPEN_STATES)
    shown = rows.select_related("requirement", "assignee").annotate(is_blocked=Exists(waits))
    return shown.only(
        *("number", "title", "severity", "priority", "due", "state", "rank", "version"),
        *("organisation_id", "assignee__name", "requirement__code"),
    )


def _column(
    state: State, count: int, cards: list[Task], size: int, limits: Mapping[str, int]
) -> Column:
    last = Place(cards[size - 1].rank, cards[size - 1].pk) if len(cards) > size else None
    return Column(state, count, cards[:size], limits.get(state), last)


def limits_of(organisation: Organisation) -> dict[str, int]:
    """{state: the most cards its column should hold}."""
    rows = BoardLimit.objects.filter(organisation=organisation)
    return dict(rows.values_list("state", "most"))


def lanes(rows: QuerySet[Task], by: str, people: Iterable[User]) -> list[Lane]:
    """The lanes of open *rows* by "assignee" or "area", the fullest first, without empty ones."""
    return _by_person(_open(rows), people) if by == "assignee" else _by_area(_open(rows))


def _added_up(rows: QuerySet[Task], column: str) -> dict[int | None, int]:
    """How many by *column*; counted by state too, since the indexes begin with it."""
    found: dict[int | None, int] = {}
    counted = rows.order_by().values_list("state", column).annotate(total=Count("*"))
    for _state, key, number in counted:
        found[key] = found.get(key, 0) + number
    return found


def _by_person(rows: QuerySet[Task], people: Iterable[User]) -> list[Lane]:
    counts = _added_up(rows, "assignee_id")
    names = {person.pk: person.name for person in people}
    missing = [pk for pk in counts if pk and pk not in names]
    if missing:
        names |= {
            pk: _("%(name)s (no longer a member)") % {"name": name}
            for pk, name in User.objects.filter(pk__in=missing).values_list("pk", "name")
        }
    made = [Lane(str(pk), names.get(pk, "?"), n) for pk, n in counts.items() if pk]
    nobody = [Lane("none", _("Nobody"), counts[None])] if None in counts else []
    return [*nobody, *sorted(made, key=lambda lane: -lane.count)]


def _by_area(rows: QuerySet[Task]) -> list[Lane]:
    """Counted by requirement, which an index serves, and added up by the areas' codes."""
    counts = _added_up(rows, "requirement_id")
    area_of = dict(
        Requirement.objects.filter(pk__in=[pk for pk in counts if pk]).values_list("pk", "area_id")
    )
    areas = {area.pk: area for area in Area.objects.filter(pk__in=set(area_of.values()))}
    sums: dict[str, int] = {}
    titles: dict[str, str] = {}
    for pk, number in counts.items():
        if pk:
            area = areas[area_of[pk]]
            sums[area.code] = sums.get(area.code, 0) + number
            titles.setdefault(area.code, f"{area.code} {area.title}")
    made = [Lane(code, titles[code], number) for code, number in sums.items()]
    without = [Lane("none", _("Without a requirement"), counts[None])] if None in counts else []
    return [*sorted(made, key=lambda lane: -lane.count), *without]


def in_lane(rows: QuerySet[Task], by: str, key: str) -> QuerySet[Task]:
    """The tasks of one lane."""
    if by == "assignee":
        return (
            rows.filter(assignee__isnull=True)
            if key == "none"
            else rows.filter(assignee_id=whole(key))
        )
    if key == "none":
        return rows.filter(requirement__isnull=True)
    return rows.filter(requirement__area__code=key)
