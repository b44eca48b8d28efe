"""Reads of tasks: the list, its numbers, what other rooms ask."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Count, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.remediation import strips
from compliance.remediation.models import (
    OPEN_STATES,
    OVER,
    TO_DO,
    TO_VERIFY,
    Decision,
    DueExtension,
    RiskAcceptance,
    Task,
)
from compliance.requirements.registries import Ids

# How many found tasks are listed at most.
FEW = 1000
# Stands where rows of tasks have their severity.
_MISSED = "missed"


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
    rows = Task.objects.visible_in(organisation, user)
    return rows.select_related("requirement__profile", "finding", "assignee")


def searched(rows: QuerySet[Task]) -> tuple[QuerySet[Task], int, bool]:
    """The same tasks as *rows*, read once: a word in a title is looked for in every title.

    Few come by their keys, so that sorting looks no more at the others. Of many the first are
    listed, since nobody pages through a thousand: *rows* themselves, how many, and True.
    """
    # In the order in which they lie, for every title is read: half the time of any other.
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        return rows, FEW, True
    return Task.objects.filter(pk__in=keys), len(keys), False


def page_of(
    rows: QuerySet[Task], number: str | None, size: int, count: int | None = None
) -> "Page[Task]":
    """One page of *rows* in their order. Keys are sorted and cut first, which an index does alone.

    *count* is how many are listed, when that is known.
    """
    pages = Paginator(rows.values_list("pk", flat=True)[:count], size)
    if count is not None:
        pages.count = count
    found: Any = pages.get_page(number)
    keys = list(found.object_list)
    shown = {
        task.pk: task
        for task in Task.objects.filter(pk__in=keys)
        .select_related("requirement__profile", "assignee")
        .defer("defect", "before", "plan", "action_taken", "after", "reason")
    }
    found.object_list = [shown[key] for key in keys if key in shown]
    page: Page[Task] = found
    return page


def tally(organisation: Organisation, user: User) -> Tally:
    """Count in one query. Each number apart: an index of its own answers it alone."""
    rows = Task.objects.visible_in(organisation, user).order_by()
    number = {
        "open": rows.open(),
        "mine": rows.open().filter(assignee_id=user.pk),
        "overdue": rows.overdue(),
        "to_verify": rows.filter(state__in=TO_VERIFY),
        "over": rows.filter(state__in=OVER),
    }
    row = Organisation.objects.filter(pk=organisation.pk).values_list(
        *(_how_many(of) for of in number.values())
    )
    return Tally(**dict(zip(number, row.get(), strict=True)))


def _how_many(rows: QuerySet[Task]) -> Coalesce:
    counted = rows.values("organisation").annotate(total=Count("*")).values("total")
    return Coalesce(Subquery(counted), 0)


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
    both = counted.annotate(n=Count("*")).union(named.annotate(n=Count("*")), all=True)
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
    return sum(not step.is_done for step in task.checklist.all())


def waiting_extension(task: Task) -> DueExtension | None:
    return next((each for each in task.extensions.all() if each.is_waiting), None)


def waiting_acceptance(task: Task) -> RiskAcceptance | None:
    return next((each for each in task.acceptances.all() if each.is_waiting), None)


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
