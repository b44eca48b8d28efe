"""A task that is due soon is called to mind: to whose it is and who watch it, once a due date.

Each person says how many days before; what was told is a mark, so a sweep may run as often as it
likes, and a later due date is told of anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from compliance.accounts.models import Membership, Organisation
from compliance.audit.services import SYSTEM, record_all
from compliance.notices.models import DAYS_BEFORE, Preference
from compliance.remediation.actions import Action
from compliance.remediation.models import TO_DO, Reminder, Task, Watcher
from compliance.remediation.moving import concerned

BATCH = 500


def run(today: date | None = None) -> int:
    """Call to mind what is due soon; return of how many tasks. Safe to repeat."""
    today = today or timezone.localdate()
    due = Task.objects.filter(state__in=TO_DO, due__gte=today).order_by().values("organisation")
    told = 0
    for organisation in Organisation.objects.filter(pk__in=due):
        for days, people in _people(organisation).items():
            while made := _remind(organisation, people, today, today + timedelta(days=days)):
                told += made
    return told


def _people(organisation: Organisation) -> Mapping[int, list[int]]:
    """{days before: the members who want to hear then}."""
    chosen = dict(
        Preference.objects.filter(organisation=organisation).values_list("user_id", "days_before")
    )
    found: dict[int, list[int]] = defaultdict(list)
    members = Membership.objects.active().filter(organisation=organisation)
    for user in members.values_list("user_id", flat=True):
        found[chosen.get(user, DAYS_BEFORE)].append(user)
    return found


@transaction.atomic
def _remind(organisation: Organisation, people: list[int], first: date, last: date) -> int:
    """One batch of what is due from *first* to *last* and was not told to one of *people*."""
    # A second scheduler waits here and then finds the marks of the first.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    untold: dict[int, set[int]] = defaultdict(set)
    for task, user in _untold(organisation, people, first, last):
        untold[task].add(user)
    tasks = (
        Task.objects.filter(pk__in=untold).prefetch_related("watchers").order_by("due", "number")
    )
    found = list(tasks)
    Reminder.objects.bulk_create(
        Reminder(task=task, user_id=user, due=task.due)
        for task in found
        for user in sorted(untold[task.pk])
    )
    record_all(
        SYSTEM,
        Action.DUE_SOON,
        [
            (
                task,
                {
                    **concerned(task),
                    "due": task.due.isoformat(),
                    "told_ids": sorted(untold[task.pk]),
                },
            )
            for task in found
        ],
    )
    return len(found)


def _untold(
    organisation: Organisation, people: list[int], first: date, last: date
) -> Iterable[tuple[int, int]]:
    """(task, person) of one batch: first those whose task it is, then those who watch."""
    rows = Task.objects.filter(
        organisation=organisation, state__in=TO_DO, due__range=(first, last)
    ).order_by("due", "number")
    mine = rows.filter(~Exists(_marks("pk", "due", "assignee")), assignee__in=people)
    found = list(mine.values_list("pk", "assignee_id")[:BATCH])
    if found:
        return [(task, user) for task, user in found if user]
    watched = Watcher.objects.filter(
        ~Exists(_marks("task", "task__due", "user")), user__in=people, task__in=rows.order_by()
    )
    return list(watched.order_by("pk").values_list("task_id", "user_id")[:BATCH])


def _marks(task: str, due: str, user: str) -> QuerySet[Reminder]:
    return Reminder.objects.filter(task=OuterRef(task), due=OuterRef(due), user=OuterRef(user))
