"""What happened to a task and what was said of it, in one line of time, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from compliance.accounts.models import Membership
from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.remediation.actions import Action
from compliance.remediation.models import Comment, Task

PAGE = 50


@dataclass(frozen=True, slots=True)
class Happening:
    """An entry of the audit stream, or a comment."""

    at: datetime
    entry: Entry | None = None
    comment: Comment | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One page, the newest first; *older* is where the next page begins, "" at the end."""

    happenings: list[Happening]
    older: str


def activity(task: Task, *, reader: Membership, before: str = "", only: str = "") -> Activity:
    """Three queries at most. *only* is "comments" or "changes"."""
    until = _moment(before)
    found: list[Happening] = []
    if only != "comments":
        entries = history(task).exclude(action=Action.COMMENTED)
        if reader.is_limited:
            # They name another task, which may be no business of this reader.
            entries = entries.exclude(action__in=[Action.BLOCKED, Action.UNBLOCKED])
        entries = entries.filter(at__lt=until) if until else entries
        found += [Happening(each.at, entry=each) for each in entries[: PAGE + 1]]
    if only != "changes":
        rows = task.comments.select_related("by").prefetch_related("files__blob")
        rows = rows.filter(at__lt=until) if until else rows
        said = rows.order_by("-at", "-pk")[: PAGE + 1]
        found += [Happening(each.at, comment=each) for each in said]
    found.sort(key=lambda each: each.at, reverse=True)
    shown = found[:PAGE]
    return Activity(shown, shown[-1].at.isoformat() if len(found) > PAGE else "")


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
