"""Verbs that say which issue a task is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.audit.services import record, record_all
from compliance.remediation.models import Task
from compliance.shared.errors import Refused
from compliance.trackers import policies, stream, syncing
from compliance.trackers.actions import Action
from compliance.trackers.models import Connection, ExternalIssue, Outgoing

AT_MOST = 500


@transaction.atomic
def push(task: Task, connection: Connection, *, by: User) -> ExternalIssue:
    """Have an issue made for the task; the worker makes it."""
    policies.check_can_link_to(task, connection, by)
    stream.begin(task.organisation_id)
    issue = _add(
        ExternalIssue(
            organisation_id=task.organisation_id,
            connection=connection,
            task=task,
            ours=True,
            linked_by=by,
        )
    )
    stream.put(issue, Outgoing.Kind.CREATE)
    record(by, Action.PUSHED, issue, task=task.code, tracker=connection.name)
    return issue


@dataclass(frozen=True, slots=True)
class Pushed:
    """Tasks of which issues are being made, and those that are issues there already."""

    made: list[Task]
    known: list[Task]


@transaction.atomic
def push_many(
    organisation: Organisation, tasks: QuerySet[Task], connection: Connection, *, by: User
) -> Pushed:
    """Have an issue made of each of *tasks*, once; the worker makes them. Some queries for all."""
    policies.check_can_push(organisation, connection, by)
    # Who pushes the same at once waits here, and then finds them known.
    Connection.objects.select_for_update().get(pk=connection.pk)
    found = list(tasks.filter(organisation=organisation).order_by("number")[: AT_MOST + 1])
    if len(found) > AT_MOST:
        raise Refused(_("Make issues of at most 500 tasks at once. Filter the list first."))
    linked = ExternalIssue.objects.filter(connection=connection, task__in=found)
    known = set(linked.values_list("task_id", flat=True))
    pushed = Pushed(
        [task for task in found if task.pk not in known],
        [task for task in found if task.pk in known],
    )
    stream.begin(organisation.pk)
    issues = ExternalIssue.objects.bulk_create(
        ExternalIssue(
            organisation=organisation,
            connection=connection,
            task=task,
            task_state=task.state,
            ours=True,
            linked_by=by,
        )
        for task in pushed.made
    )
    Outgoing.objects.bulk_create(
        Outgoing(organisation=organisation, issue=issue, kind=Outgoing.Kind.CREATE)
        for issue in issues
    )
    told = {"tracker": connection.name}
    record_all(by, Action.PUSHED, [(each, {"task": each.task.code, **told}) for each in issues])
    return pushed


def link(task: Task, connection: Connection, key: str, *, by: User) -> ExternalIssue:
    """Link the task with an issue that is there. Not within atomic(): it asks the tracker."""
    policies.check_can_link_to(task, connection, by)
    with syncing.opened(connection) as tracker:
        found = tracker.issue(key)
    return _link(
        ExternalIssue(
            organisation_id=task.organisation_id,
            connection=connection,
            task=task,
            number=found.number,
            key=found.key,
            url=found.url,
            # What was said before stays where it was said.
            comments_since=found.updated + timedelta(seconds=1),
            linked_by=by,
        ),
        by,
    )


@transaction.atomic
def _link(issue: ExternalIssue, by: User) -> ExternalIssue:
    policies.check_can_link_to(issue.task, issue.connection, by)
    stream.begin(issue.organisation_id)
    rows = ExternalIssue.objects.filter(connection=issue.connection, number=issue.number)
    if rows.exists():
        raise Refused(policies.ISSUE_TAKEN)
    issue = _add(issue)
    record(by, Action.LINKED, issue, task=issue.task.code)
    # The worker compares both states: what the tracker says counts like a change made there now.
    stream.put(issue, Outgoing.Kind.STATUS)
    return issue


@transaction.atomic
def unlink(issue: ExternalIssue, *, by: User) -> None:
    """Both sides stay as they are and go their own ways."""
    policies.check_can_link(issue.task, by)
    record(by, Action.UNLINKED, issue, task=issue.task.code)
    issue.delete()


def _add(issue: ExternalIssue) -> ExternalIssue:
    issue.task_state = issue.task.state
    try:
        with transaction.atomic():
            issue.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(policies.ALREADY_LINKED) from error
    return issue
