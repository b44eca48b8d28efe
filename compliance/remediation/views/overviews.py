"""Calendar, timeline and progress: the same tasks over time."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.applications.selectors import open_application
from compliance.remediation import calendars, pages, timelines
from compliance.remediation import progress as numbers
from compliance.remediation.filters import Filter
from compliance.remediation.forms import members
from compliance.shared.numbers import whole
from compliance.shared.severity import Severity
from compliance.shared.templatetags.work_charts import SEVERITY_COLOURS

WEEK = 7


@require_safe
@in_organisation
def calendar(request: OrganisationRequest) -> HttpResponse:
    """A month, or a week with its hours."""
    chosen = Filter.read(request.GET)
    by = "week" if request.GET.get("by") == "week" else "month"
    shown = calendars.span(by, request.GET.get("day", ""))
    rows = chosen.apply(pages.tasks_of(request), request.user)
    context = {
        "tabs": pages.ways(request.organisation, "calendar"),
        "chosen": chosen,
        "by": by,
        "people": list(members(request.organisation)),
        "calendar": calendars.calendar(request.organisation, rows, shown),
    }
    return render(request, "remediation/calendar.html", context)


@require_safe
@in_organisation
def timeline(request: OrganisationRequest) -> HttpResponse:
    """The open application's tasks as bars, with the day by which they have to be done."""
    application = open_application(request.organisation)
    everything = request.GET.get("all") == "1" or application is None
    about = None if everything else application
    chosen = Filter.read(request.GET)
    rows = chosen.apply(timelines.tasks_of(request.organisation, about), request.user)
    related = rows.select_related("assignee", "requirement")
    page = Paginator(related, timelines.MOST).get_page(request.GET.get("page"))
    tasks = list(page.object_list)
    found = timelines.milestones(application)
    context = {
        "tabs": pages.ways(request.organisation, "timeline"),
        "application": application,
        "everything": everything,
        "chosen": chosen,
        "page": page,
        "tasks": [(task, timelines.begin_of(task)) for task in tasks],
        "milestones": found,
        "plan": timelines.plan(request.organisation, tasks, found),
        "people": list(members(request.organisation)),
    }
    return render(request, "remediation/timeline.html", context)


@require_safe
@in_organisation
def charts(request: OrganisationRequest) -> HttpResponse:
    """How the open tasks went down, and how old those are that are left."""
    application = open_application(request.organisation)
    weeks = whole(request.GET.get("weeks", ""))
    weeks = weeks if weeks in numbers.WEEKS else numbers.WEEKS[1]
    only = bool(application) and request.GET.get("of") == "application"
    profile_id = application.profile_id if application and only else None
    first = timezone.localdate() - timedelta(days=weeks * WEEK)
    found = numbers.progress(request.organisation, first, profile_id)
    deadline = timelines.milestones(application).deadline
    ages = numbers.ages(numbers.of_profile(request.organisation, profile_id))
    context = {
        "tabs": pages.ways(request.organisation, "charts"),
        "application": application,
        "only": only,
        "weeks": weeks,
        "offered": numbers.WEEKS,
        "progress": found,
        "deadline": deadline,
        "ages": ages,
        "bars": [(each.label, each.counts) for each in ages],
        "severities": list(zip(Severity.labels, SEVERITY_COLOURS, strict=True)),
        "said": _("Open tasks went from %(first)d to %(last)d.")
        % {"first": found.open[0], "last": found.left},
        "weekly": _weekly(found),
    }
    return render(request, "remediation/charts.html", context)


def _weekly(found: numbers.Progress) -> list[dict[str, object]]:
    """The same numbers as a table, a row a week, the newest first."""
    rows = []
    for at in range(len(found.open) - 1, 0, -WEEK):
        begin = max(0, at - WEEK + 1)
        rows.append(
            {
                "day": found.days[at],
                "open": found.open[at],
                "opened": sum(found.opened[begin : at + 1]),
                "over": sum(found.over[begin : at + 1]),
            }
        )
    return rows
