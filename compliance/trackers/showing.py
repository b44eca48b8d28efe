"""The box of a task page: which issue it is, and how it becomes one. The table's bar too."""

from typing import Any

from django.http import HttpRequest

from compliance.accounts.models import Organisation
from compliance.remediation.models import Task
from compliance.shared import slots
from compliance.shared.errors import why_not
from compliance.trackers import policies, selectors
from compliance.trackers.models import ExternalIssue, Outgoing


def register() -> None:
    slots.panel("task", order=50, template="trackers/_box.html", context=panel)
    slots.panel("task-bulk", order=50, template="trackers/_bulk.html", context=bar)


def bar(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """None while nothing is synchronised. One query."""
    connections = list(selectors.serving(organisation))
    return {"connections": connections} if connections else None


def panel(request: HttpRequest, task: Task) -> dict[str, Any] | None:
    """None for an organisation without trackers, unless the person could connect one."""
    shown = box(request, task)
    return shown if shown["issues"] or shown["connections"] or shown["may_connect"] else None


def box(request: HttpRequest, task: Task) -> dict[str, Any]:
    issues = [_shown(issue, log) for issue, log in selectors.issues_of(task)]
    user: Any = request.user
    return {
        "task": task,
        "issues": issues,
        "connections": selectors.open_to(task),
        "why_not_link": why_not(policies.check_can_link, task, user),
        "may_connect": not why_not(policies.check_can_manage, task.organisation_id, user),
        "being_made": any(not each["issue"].number and not each["failed"] for each in issues),
    }


def _shown(issue: ExternalIssue, log: list[Outgoing]) -> dict[str, Any]:
    waiting = sum(each.state == Outgoing.State.WAITING for each in log)
    return {"issue": issue, "waiting": waiting, "failed": _failed(log)}


def _failed(log: list[Outgoing]) -> Outgoing | None:
    """What was not taken, unless the same went through later."""
    latest: dict[str, Outgoing] = {}
    for row in log:
        latest.setdefault(row.kind, row)
    failed = [row for row in latest.values() if row.state == Outgoing.State.FAILED]
    return failed[0] if failed else None
