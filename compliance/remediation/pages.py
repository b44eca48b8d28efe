"""What the pages of tasks are made of."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.evidence.models import Evidence
from compliance.remediation.models import Task
from compliance.remediation.selectors import Filter, Tally

REUSABLE = 50


@dataclass(frozen=True, slots=True)
class Tab:
    label: "str | Promise"
    url: str
    count: int
    active: bool


def chosen(query: QueryDict) -> Filter:
    """The filter that an address asks for; nonsense in it asks for nothing."""
    return Filter(
        state=query.get("state", "open"),
        assignee=query.get("assignee", ""),
        area=query.get("area", ""),
        requirement=query.get("requirement", ""),
        severity=query.get("severity", ""),
        search=query.get("q", "")[:100],
        mine=query.get("mine") == "1",
        overdue=query.get("overdue") == "1",
    )


def tabs(organisation: Organisation, tally: Tally, chosen: Filter) -> list[Tab]:
    """The views that people come for, each with its number."""
    address = reverse("remediation:list", kwargs={"organisation": organisation.slug})
    plain = not (chosen.mine or chosen.overdue)
    return [
        Tab(_("Open tasks"), address, tally.open, plain and chosen.state == "open"),
        Tab(_("My work"), f"{address}?mine=1", tally.mine, chosen.mine),
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


def reusable_evidence(task: Task, user: User) -> QuerySet[Evidence]:
    """Evidence that may prove the fix too: of the same requirement first, the newest first."""
    rows = Evidence.objects.visible_to(user).current().filter(organisation=task.organisation)
    if task.requirement_id:
        rows = rows.filter(links__requirement_id=task.requirement_id)
    return rows.order_by("-number").distinct()[:REUSABLE]
