"""From the audit stream to the outbox: what happened to linked tasks, in order, none left out."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from compliance.audit.models import Entry, Head
from compliance.remediation.actions import Action as Task_
from compliance.remediation.models import Comment, Task
from compliance.trackers import wording
from compliance.trackers.models import ExternalIssue, Outgoing, Place, SyncedComment

BATCH = 1000
KIND = Task._meta.label_lower
Kind = Outgoing.Kind


def gather_all() -> None:
    """Catch up with the streams of all organisations that have linked tasks."""
    linked = ExternalIssue.objects.order_by().values_list("organisation_id", flat=True).distinct()
    for organisation_id in linked:
        while gather(organisation_id):
            pass


@transaction.atomic
def gather(organisation_id: int) -> bool:
    """Queue what the next entries after the place mean for trackers; False at the stream's end.

    Entries of an organisation are numbered and committed in order, so a place by number misses
    none; whoever fails here leaves the place where it was.
    """
    head = Head.objects.filter(organisation_id=organisation_id).values_list("seq", flat=True)
    Place.objects.get_or_create(
        organisation_id=organisation_id, defaults={"seq": head.first() or 0}
    )
    place = Place.objects.select_for_update().get(organisation_id=organisation_id)
    stream = Entry.objects.filter(organisation_id=organisation_id, seq__gt=place.seq)
    entries = list(
        stream.order_by("seq").values_list("seq", "action", "target_kind", "target_id")[:BATCH]
    )
    if not entries:
        return False
    touched: dict[int, set[str]] = defaultdict(set)
    for _seq, action, kind, pk in entries:
        if kind == KIND and pk is not None:
            touched[pk].add(action)
    queue_for(touched)
    Place.objects.filter(pk=place.pk).update(seq=entries[-1][0])
    return True


def queue_for(touched: dict[int, set[str]]) -> None:
    """Write the outbox rows of the tasks *touched* ({task: actions}), in the caller's transaction."""
    keys = list(touched)
    for start in range(0, len(keys), 500):
        rows = ExternalIssue.objects.filter(task__in=keys[start : start + 500], gone_at=None)
        for issue in rows.select_related("connection", "task__organisation"):
            if Task_.COMMENTED in touched[issue.task_id]:
                _queue_comments(issue)
            _queue_state(issue)


def begin(organisation_id: int) -> None:
    """Read the stream from now on, unless it is read already; in the caller's transaction."""
    head = Head.objects.filter(organisation_id=organisation_id).values_list("seq", flat=True)
    Place.objects.get_or_create(
        organisation_id=organisation_id, defaults={"seq": head.first() or 0}
    )


def put(issue: ExternalIssue, kind: str, *, comment: Comment | None = None, text: str = "") -> None:
    """Queue one thing to do; of what waits already there is no second."""
    row = Outgoing(
        organisation_id=issue.organisation_id, issue=issue, kind=kind, comment=comment, text=text
    )
    Outgoing.objects.bulk_create([row], ignore_conflicts=True)


def _queue_state(issue: ExternalIssue) -> None:
    """The status when it differs from what is there; title and text when they are ours."""
    status = issue.connection.status_of(issue.task.state)
    if status and issue.number and status != issue.remote_status:
        put(issue, Kind.STATUS)
    elif issue.task_state != issue.task.state:
        ExternalIssue.objects.filter(pk=issue.pk).update(task_state=issue.task.state)
    if issue.ours and issue.number and issue.local_hash != wording.digest(issue.task):
        put(issue, Kind.TEXT)


def _queue_comments(issue: ExternalIssue) -> None:
    """What people said since the task was linked and does not stand there yet."""
    known = SyncedComment.objects.filter(issue=issue, comment__isnull=False).values("comment")
    rows = Comment.objects.filter(task_id=issue.task_id, at__gte=issue.linked_at)
    for said in rows.exclude(pk__in=known).order_by("pk"):
        put(issue, Kind.COMMENT, comment=said)
