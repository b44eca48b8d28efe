"""Reads of connections, their logs, and the issues of a task."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from compliance.accounts.models import Organisation, User
from compliance.remediation.models import Task
from compliance.trackers.models import Connection, ExternalIssue, Outgoing

SHOWN = 50


def connections(organisation: Organisation, user: User) -> "QuerySet[Connection]":
    """With how many issues are linked, wait to be changed, and were not taken."""
    rows: Any = Connection.objects.visible_to(user).filter(organisation=organisation)
    waiting = Q(issues__outgoing__state=Outgoing.State.WAITING)
    failed = Q(issues__outgoing__state=Outgoing.State.FAILED)
    return rows.annotate(  # type: ignore[no-any-return]
        linked=Count("issues", distinct=True),
        waiting=Count("issues__outgoing", filter=waiting, distinct=True),
        failed=Count("issues__outgoing", filter=failed, distinct=True),
    )


def open_to(task: Task) -> list[Connection]:
    """Connections through which the task can still become an issue."""
    known = ExternalIssue.objects.filter(task=task).values("connection")
    return list(serving(task.organisation_id).exclude(pk__in=known))


def serving(organisation: Organisation | int) -> "QuerySet[Connection]":
    """Connections that synchronise."""
    rows: Any = Connection.objects.filter(organisation=organisation, state=Connection.State.ON)
    return rows  # type: ignore[no-any-return]


def issues_of(task: Task) -> list[tuple[ExternalIssue, list[Outgoing]]]:
    """Each with the latest of its log, the newest first. Two queries."""
    issues = list(ExternalIssue.objects.filter(task=task).select_related("connection"))
    logs: dict[int, list[Outgoing]] = {issue.pk: [] for issue in issues}
    for row in Outgoing.objects.filter(issue__in=logs).order_by("-pk")[:SHOWN] if logs else ():
        logs[row.issue_id].append(row)
    return [(issue, logs[issue.pk]) for issue in issues]
