"""What the pages of tasks are made of."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.http import OrganisationRequest
from compliance.accounts.models import Organisation, User
from compliance.evidence.models import Evidence
from compliance.remediation.filters import Filter
from compliance.remediation.models import Priority, Source, State, Task
from compliance.remediation.selectors import Tally
from compliance.requirements import limits
from compliance.requirements.models import Area
from compliance.requirements.versions import of_current_profiles
from compliance.shared.severity import Severity

REUSABLE = 50


@dataclass(frozen=True, slots=True)
class Tab:
    label: "str | Promise"
    url: str
    count: int | None
    active: bool


# The pages of tasks, in the order in which they stand beside each other.
WAYS = {
    "mine": _("My work"),
    "list": _("Table"),
    "board": _("Board"),
    "calendar": _("Calendar"),
    "timeline": _("Timeline"),
    "charts": _("Progress"),
}


def ways(organisation: Organisation, active: str) -> list[Tab]:
    """The pages of tasks as tabs."""
    address = {"organisation": organisation.slug}
    return [
        Tab(label, reverse(f"remediation:{name}", kwargs=address), None, name == active)
        for name, label in WAYS.items()
    ]


def views(organisation: Organisation, tally: Tally, chosen: Filter) -> list[Tab]:
    """The views of the table that people come for, each with its number."""
    address = reverse("remediation:list", kwargs={"organisation": organisation.slug})
    plain = not (chosen.mine or chosen.overdue)
    return [
        Tab(_("Open tasks"), f"{address}?state=open", tally.open, plain and chosen.state == "open"),
        Tab(_("Mine"), f"{address}?mine=1", tally.mine, chosen.mine),
        Tab(_("Overdue"), f"{address}?overdue=1", tally.overdue, chosen.overdue),
        Tab(
            _("To verify"),
            f"{address}?state=to_verify",
            tally.to_verify,
            plain and chosen.state == "to_verify",
        ),
        Tab(
            _("All tasks"),
            f"{address}?state=all",
            tally.open + tally.over,
            plain and chosen.state in {"", "all"},
        ),
    ]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column of the table; *sort* is what a click on it asks for."""

    label: "str | Promise"
    classes: str
    sort: str = ""
    sorted: str = ""


_HEADS = [
    ("number", _("Number"), "fit"),
    ("severity", _("Severity"), "fit d-none d-md-table-cell"),
    ("priority", _("Priority"), "fit d-none d-lg-table-cell"),
    ("title", _("Title"), ""),
    ("", _("Requirement"), "fit d-none d-lg-table-cell"),
    ("state", _("State"), "fit"),
    ("assignee", _("Assignee"), "fit d-none d-md-table-cell"),
    ("due", _("Due"), "fit"),
]


def heads(chosen: Filter) -> list[Head]:
    """The table's heads: a click sorts by the column, another one the other way round."""
    made = []
    for name, label, classes in _HEADS:
        now = name == chosen.sort
        order = "descending" if chosen.down else "ascending"
        turned = f"-{name}" if now and not chosen.down else name
        made.append(Head(label, classes, turned, order if now else ""))
    return made


def tasks_of(request: OrganisationRequest) -> QuerySet[Task]:
    """The tasks that the person may see in the organisation of the address."""
    return Task.objects.visible_in(request.organisation, request.user)


def options(organisation: Organisation, user: User) -> dict[str, Any]:
    """What the filters offer to choose from; one query."""
    opened = limits.opened(user, organisation)
    profiles: Any = (
        of_current_profiles(organisation) if opened is None else opened.values("profile")
    )
    return {
        "states": State.choices,
        "severities": Severity.choices,
        "priorities": [(str(value), label) for value, label in Priority.choices],
        "sources": Source.choices,
        "areas": Area.objects.filter(profile__in=profiles).order_by("profile_id", "order"),
    }


def reusable_evidence(task: Task, user: User) -> QuerySet[Evidence]:
    """Evidence that may prove the fix too: of the same requirement first, the newest first."""
    rows = Evidence.objects.visible_to(user).current().filter(organisation=task.organisation)
    if task.requirement_id:
        rows = rows.filter(links__requirement_id=task.requirement_id)
    return rows.order_by("-number").distinct()[:REUSABLE]
