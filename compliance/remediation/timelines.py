"""The open application as a timeline: its tasks from begin to due, and the days that matter."""

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.applications import windows
from compliance.applications.models import Application
from compliance.remediation.models import OPEN_STATES, Dependency, Task
from compliance.shared.templatetags.work_charts import STATE_COLOURS, Bar, Deadline, Plan

MOST = 60
# Bars that began long ago are cut, so that the days around today stay readable.
BACK = timedelta(days=60)
AHEAD = timedelta(days=120)
_ROOM = timedelta(days=3)


class Milestones(NamedTuple):
    """The days of an application, and the one that tasks have to meet."""

    days: list[Deadline]
    deadline: Deadline | None


def milestones(application: Application | None) -> Milestones:
    """What was sent when, and until when the platform waits: two queries."""
    if application is None:
        return Milestones([], None)
    today = timezone.localdate()
    days = []
    deadline = None
    for round_ in application.rounds.order_by("number"):
        if round_.submitted_at:
            sent = timezone.localdate(round_.submitted_at)
            days.append(Deadline(sent, _("Round %(n)d sent") % {"n": round_.number}))
        if round_.changes_due:
            deadline = Deadline(round_.changes_due, _("Answer due"), round_.changes_due < today)
    if window := windows.window_of(application):
        request = Deadline(
            window.request_end, _("Window of the request ends"), window.request_end < today
        )
        total = Deadline(window.total_end, _("All windows end"), window.total_end < today)
        days += [request, total]
        deadline = deadline or min(request, total, key=lambda each: each.day)
    if deadline and deadline not in days:
        days.append(deadline)
    return Milestones(sorted(days, key=lambda each: each.day), deadline)


def tasks_of(organisation: Organisation, application: Application | None) -> QuerySet[Task]:
    """Open tasks of the application's profile, or of everything; the earliest due first."""
    rows = Task.objects.filter(organisation=organisation, state__in=OPEN_STATES)
    if application:
        rows = rows.filter(requirement__profile_id=application.profile_id)
    return rows.order_by("due", "number")


def plan(organisation: Organisation, tasks: list[Task], found: Milestones) -> Plan:
    """What the chart draws of *tasks*: one query for which waits for which."""
    today = timezone.localdate()
    keys = [task.pk for task in tasks]
    waits = Dependency.objects.filter(blocker__in=keys, blocked__in=keys)
    begins = [begin_of(task) for task in tasks]
    days = [each.day for each in found.days]
    first = max(min([today, *begins, *days]), today - BACK)
    last = min(max([today, *(task.due for task in tasks), *days]), today + AHEAD)
    return Plan(
        first=first - _ROOM,
        last=last + _ROOM,
        bars=[_bar(organisation, task, today) for task in tasks],
        waits=list(waits.values_list("blocker_id", "blocked_id")),
        deadlines=[each for each in found.days if first <= each.day <= last],
        today=today,
        today_label=_("Today"),
    )


def begin_of(task: Task) -> date:
    """When the work begins: the planned change, else the day it came up."""
    begun = timezone.localdate(task.change_start or task.created_at)
    return min(begun, task.due)


def _bar(organisation: Organisation, task: Task, today: date) -> Bar:
    who = task.assignee.name if task.assignee else "—"
    return Bar(
        key=task.pk,
        label=str(task),
        url=reverse("remediation:detail", args=[organisation.slug, task.number]),
        first=begin_of(task),
        last=task.due,
        colour=STATE_COLOURS.get(task.state, STATE_COLOURS["registered"]),
        late=not task.is_settled and task.due < today,
        title=f"{task} · {who} · {task.get_state_display()} · {begin_of(task)} – {task.due}",
    )
