"""Verbs that say which issue a task is."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction

from compliance.accounts.models import User
from compliance.audit.services import record
from compliance.remediation.models import Task
from compliance.shared.errors import Refused
from compliance.trackers import policies, stream, syncing
from compliance.trackers.actions import Action
from compliance.trackers.models import Connection, ExternalIssue, Outgoing


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
