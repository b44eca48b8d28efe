"""Reads of tasks: the filtered list, the board, what other rooms ask."""

from dataclasses import dataclass

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.remediation import strips
from compliance.remediation.models import (
    OPEN_STATES,
    TO_DO,
    Decision,
    DueExtension,
    RiskAcceptance,
    State,
    Task,
)
from compliance.requirements.registries import Ids

BOARD_COLUMNS = [
    State.REGISTERED,
    State.PLANNED,
    State.IN_PROGRESS,
    State.FIXED,
    State.VERIFYING,
    State.DISPUTED,
]
BOARD_CARDS = 40
# Words of the address that stand for several states.
GROUPS = {"open": OPEN_STATES, "to_verify": [State.FIXED, State.VERIFYING]}

LONGEST_NUMBER = 9
# Stands where rows of tasks have their severity.
_MISSED = "missed"


def _is_number(text: str) -> bool:
    """Digits that fit a column; an address may hold anything."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address of the list asks for; "" means everything. *state* may be one of GROUPS."""

    state: str = "open"
    assignee: str = ""
    area: str = ""
    requirement: str = ""
    severity: str = ""
    search: str = ""
    mine: bool = False
    overdue: bool = False

    def apply(self, rows: QuerySet[Task], user: User) -> QuerySet[Task]:
        rows = rows.filter(self._columns())
        if self.mine:
            rows = rows.filter(assignee_id=user.pk)
        if self.overdue:
            rows = rows.filter(state__in=TO_DO, due__lt=timezone.localdate())
        return rows

    def _columns(self) -> Q:
        wanted = Q()
        if self.state in GROUPS:
            wanted &= Q(state__in=GROUPS[self.state])
        elif self.state in State.values:
            wanted &= Q(state=self.state)
        if self.assignee == "none":
            wanted &= Q(assignee__isnull=True)
        elif _is_number(self.assignee):
            wanted &= Q(assignee_id=int(self.assignee))
        if self.area:
            wanted &= Q(requirement__area__code=self.area)
        if self.requirement:
            wanted &= Q(requirement__code=self.requirement)
        if self.severity:
            wanted &= Q(severity=self.severity)
        return wanted & self._search()

    def _search(self) -> Q:
        words = Q()
        for word in self.search.split():
            number = word.upper().removeprefix("T-")
            named = Q(number=int(number)) if _is_number(number) else Q()
            words &= Q(title__icontains=word) | Q(basis__icontains=word) | named
        return words


@dataclass(frozen=True, slots=True)
class Tally:
    """How much there is to do, for the tabs and the dashboard."""

    open: int
    mine: int
    overdue: int
    to_verify: int
    over: int


def tasks(organisation: Organisation, user: User) -> QuerySet[Task]:
    """Tasks of the organisation with what a row shows of them."""
    rows = Task.objects.visible_to(user).filter(organisation=organisation)
    return rows.select_related("requirement__profile", "finding", "assignee")


def tally(organisation: Organisation, user: User) -> Tally:
    """Count in one query."""
    late = Q(state__in=TO_DO, due__lt=timezone.localdate())
    is_open = Q(state__in=OPEN_STATES)
    found = Task.objects.filter(organisation=organisation).aggregate(
        open=Count("pk", filter=is_open),
        mine=Count("pk", filter=is_open & Q(assignee_id=user.pk)),
        overdue=Count("pk", filter=late),
        to_verify=Count("pk", filter=Q(state__in=GROUPS["to_verify"])),
        over=Count("pk", filter=~is_open),
    )
    return Tally(**found)


@dataclass(frozen=True, slots=True)
class Column:
    """One state of the board: its first cards, and how many there are."""

    state: State
    count: int
    cards: list[Task]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def board(rows: QuerySet[Task]) -> list[Column]:
    """The open states side by side; as many queries as columns, and one that counts."""
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return [
        Column(state, counts.get(state, 0), list(rows.filter(state=state)[:BOARD_CARDS]))
        for state in BOARD_COLUMNS
    ]


@dataclass(slots=True)
class OpenTasks:
    """Open tasks of one requirement, by severity, and how often a duty of it was missed."""

    code: str
    by_severity: dict[str, int]
    missed: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_severity.values())


def open_codes(organisation: Organisation, requirement_ids: list[int]) -> dict[int, list[str]]:
    """{requirement: the codes of its open tasks} in one query."""
    rows = Task.objects.open().filter(organisation=organisation, requirement_id__in=requirement_ids)
    found: dict[int, list[str]] = {}
    for task in rows.only("number", "requirement_id").order_by("number"):
        found.setdefault(task.requirement_id or 0, []).append(task.code)
    return found


def open_by_severity(organisation: Organisation, requirement_ids: Ids) -> dict[int, OpenTasks]:
    """{requirement: its open tasks, its missed periods} in one query."""
    rows = Task.objects.open().filter(organisation=organisation, requirement_id__in=requirement_ids)
    counted = rows.order_by().values_list("requirement_id", "requirement__code", "severity")
    periods = strips.missed(organisation).filter(series__requirement_id__in=requirement_ids)
    missed = periods.order_by().annotate(kind=Value(_MISSED, output_field=CharField()))
    named = missed.values_list("series__requirement_id", "series__requirement__code", "kind")
    found: dict[int, OpenTasks] = {}
    both = counted.annotate(n=Count("pk")).union(named.annotate(n=Count("pk")), all=True)
    for requirement_id, code, severity, number in both:
        known = found.setdefault(requirement_id or 0, OpenTasks(code or "", {}))
        if severity == _MISSED:
            known.missed = number
        else:
            known.by_severity[severity] = number
    return found


def open_parts(task: Task) -> list[Task]:
    """Parts of the task that are not over."""
    return list(task.parts.filter(state__in=OPEN_STATES).order_by("number"))


def open_blockers(task: Task) -> list[Task]:
    """Tasks that this one waits for and that nobody has reported as fixed yet."""
    rows = Task.objects.filter(blocks__blocked=task, state__in=TO_DO)
    return list(rows.order_by("number"))


def steps_left(task: Task) -> int:
    """Steps of the checklist that are not done."""
    return task.checklist.filter(done_at__isnull=True).count()


def waiting_extension(task: Task) -> DueExtension | None:
    return task.extensions.filter(state=Decision.ASKED).select_related("asked_by").first()


def waiting_acceptance(task: Task) -> RiskAcceptance | None:
    return task.acceptances.filter(state=Decision.ASKED).select_related("asked_by").first()


def to_decide(organisation: Organisation, user: User) -> list[DueExtension | RiskAcceptance]:
    """Requests that wait for an answer which this person may give. Two queries."""
    found: list[DueExtension | RiskAcceptance] = []
    asked: tuple[tuple[type[DueExtension | RiskAcceptance], Capability], ...] = (
        (DueExtension, Capability.TASK_MANAGE),
        (RiskAcceptance, Capability.RISK_ACCEPT),
    )
    for model, capability in asked:
        if can(user, organisation, capability):
            rows = model._default_manager.filter(
                task__organisation=organisation, state=Decision.ASKED
            )
            found += rows.exclude(asked_by=user).select_related("task", "asked_by")
    return sorted(found, key=lambda request: request.asked_at)
