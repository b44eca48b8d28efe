"""Reads of connections, their logs, and the issues of a task."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from compliance.accounts.models import Organisation, User
from compliance.remediation.models import Task
from compliance.trackers.models import Connection, ExternalIssue, Outgoing

SHOWN = 20


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
    rows = Connection.objects.filter(
        organisation_id=task.organisation_id, state=Connection.State.ON
    )
    return list(rows.exclude(pk__in=known))


def issues_of(task: Task) -> list[ExternalIssue]:
    """Each with the latest of its log."""
    latest = Outgoing.objects.order_by("-pk")[:SHOWN]
    rows = ExternalIssue.objects.filter(task=task).select_related("connection")
    return list(rows.prefetch_related(Prefetch("outgoing", latest)))
