"""The box on a member's page: what is open with them, and goes to the lead when they leave."""

from typing import Any

from django.http import HttpRequest

from compliance.accounts.models import Membership
from compliance.remediation.models import OPEN_STATES, DutySeries, Task

SHOWN = 50


def panel(request: HttpRequest, membership: Membership) -> dict[str, Any] | None:
    """Return the open tasks and running duties of the member; None when there are none."""
    mine = Task.objects.filter(
        organisation=membership.organisation_id,
        assignee=membership.user_id,
        state__in=OPEN_STATES,
    )
    duties = DutySeries.objects.filter(
        organisation=membership.organisation_id, responsible=membership.user_id
    ).exclude(state=DutySeries.State.ENDED)
    count, running = mine.count(), list(duties.order_by("number"))
    if not count and not running:
        return None
    tasks = mine.select_related("requirement").order_by("due", "number")[:SHOWN]
    return {
        "tasks": tasks,
        "count": count,
        "duties": running,
        "organisation": membership.organisation,
    }
