"""What a tracker says reaches the task: in one transaction an issue, never more than policies let."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.audit.services import Actor, Named, record
from compliance.remediation import services as tasks_room
from compliance.remediation.actions import Action as Task_
from compliance.remediation.models import Comment, State, Task
from compliance.remediation.moving import move, tell
from compliance.shared.errors import Refused
from compliance.trackers import policies, remote, stream
from compliance.trackers.actions import Action
from compliance.trackers.adapters.base import Issue, Remark
from compliance.trackers.models import ExternalIssue, Outgoing, SyncedComment
from compliance.trackers.statuses import wanted
from compliance.trackers.wording import plain

LONGEST_COMMENT = 9_000
Kind = Outgoing.Kind


def remote_hash(found: Issue) -> str:
    """Of all that shows a change; GitHub's moments are whole seconds, so its count counts too."""
    facts = (found.status, found.title, str(found.updated), str(found.comments))
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


@transaction.atomic
def receive(pk: int, found: Issue, remarks: Iterable[Remark]) -> None:
    """Take over what changed over there since it was last looked at."""
    issue = _locked(pk)
    for remark in remarks:
        _receive_comment(issue, remark)
    _receive_status(issue, found)
    issue.key, issue.url = found.key, found.url
    issue.remote_hash, issue.looked_at = remote_hash(found), timezone.now()
    issue.save(
        update_fields=["key", "url", "remote_hash", "looked_at", "remote_status", "task_state"]
    )


@transaction.atomic
def forget(pk: int) -> None:
    """The tracker has lost the issue: the task stays, nothing more is sent."""
    issue = _locked(pk)
    if issue.gone_at:
        return
    issue.gone_at = timezone.now()
    issue.save(update_fields=["gone_at"])
    issue.outgoing.filter(state=Outgoing.State.WAITING).delete()
    record(_actor(issue), Action.GONE, issue, task=issue.task.code)


def _locked(pk: int) -> ExternalIssue:
    rows = ExternalIssue.objects.select_for_update(of=("self",))
    return rows.select_related("connection__robot", "task__organisation").get(pk=pk)


def _receive_status(issue: ExternalIssue, found: Issue) -> None:
    if found.status == issue.remote_status:
        return
    task, before = issue.task, issue.remote_status
    issue.remote_status = found.status
    new = wanted(issue.connection, found.status, task.state)
    changed_here = bool(issue.task_state) and task.state != issue.task_state
    if new is None:
        if issue.connection.status_of(task.state) == found.status:
            issue.task_state = task.state
        return
    try:
        with transaction.atomic():
            policies.check_may_follow(task, new, changed_here=changed_here)
            _follow(issue, new)
    except Refused as refusal:
        task.refresh_from_db()
        _keep(issue, str(refusal), changed_here=changed_here)
        return
    issue.task_state = new
    record(_actor(issue), Action.FOLLOWED, issue, task=task.code, before=before, after=found.status)
    if changed_here:
        _note(
            issue,
            _("This was changed on both sides; “%(status)s” of the tracker came last and holds.")
            % {"status": found.status},
        )


def _follow(issue: ExternalIssue, new: State) -> None:
    task, by = issue.task, _actor(issue)
    if new == State.IN_PROGRESS and task.state == State.FIXED:
        reason = _("“%(status)s” in %(issue)s") % {"status": issue.remote_status, "issue": issue}
        tasks_room.reopen_by_machine(task, reason=reason, by=by)
        return
    if task.state in {State.REGISTERED, State.PLANNED}:
        move(task, State.IN_PROGRESS, by=by)
        tell(by, Task_.STARTED, task)
    if new == State.FIXED:
        _fix(issue, task, by)


def _fix(issue: ExternalIssue, task: Task, by: Named) -> None:
    """Who works on it is who fixed it, so that somebody else verifies it."""
    move(
        task,
        State.FIXED,
        by=by,
        action_taken=task.action_taken or f"{issue}: {issue.remote_status}",
        fixed_by=task.assignee or issue.connection.robot,
        fixed_at=timezone.now(),
    )
    tell(by, Task_.FIXED, task, evidence=[])


def _keep(issue: ExternalIssue, reason: str, *, changed_here: bool) -> None:
    """The portal wins, and says so on both sides."""
    issue.task_state = issue.task.state
    record(
        _actor(issue),
        Action.KEPT,
        issue,
        task=issue.task.code,
        status=issue.remote_status,
        reason=reason,
    )
    sentence = (
        _(
            "This was changed on both sides. “%(status)s” of the tracker was not taken over: %(reason)s"
        )
        if changed_here
        else _("“%(status)s” of the tracker was not taken over: %(reason)s")
    )
    _note(issue, sentence % {"status": issue.remote_status, "reason": reason})
    if issue.connection.status_of(issue.task.state):
        stream.put(issue, Kind.STATUS)


def _note(issue: ExternalIssue, sentence: str) -> None:
    said = Comment.objects.create(task=issue.task, by=issue.connection.robot, text=sentence)
    tell(_actor(issue), Task_.COMMENTED, issue.task, text=sentence[:200], mentioned_ids=[])
    stream.put(issue, Kind.COMMENT, comment=said)


def _receive_comment(issue: ExternalIssue, remark: Remark) -> None:
    if remark.at < issue.comments_since:
        return
    if SyncedComment.objects.filter(issue=issue, remote=remark.number).exists():
        return
    if _is_ours(issue, remark):
        return
    text = remote.text(remark.text, LONGEST_COMMENT)
    said = None
    if text:
        head = f"**{plain(remark.author) or issue.connection.get_kind_display()}** · {issue.key}"
        robot = issue.connection.robot
        said = Comment.objects.create(task=issue.task, by=robot, text=f"{head}\n\n{text}")
        tell(_actor(issue), Task_.COMMENTED, issue.task, text=text[:200], mentioned_ids=[])
    SyncedComment.objects.create(
        issue=issue, comment=said, remote=remark.number, direction=SyncedComment.Direction.IN
    )


def _is_ours(issue: ExternalIssue, remark: Remark) -> bool:
    """What we sent and whose number we never learnt. A mark that somebody copied is no proof."""
    if remark.mark is None:
        return False
    row = Outgoing.objects.filter(issue=issue, mark=remark.mark, kind=Kind.COMMENT).first()
    if row is None or row.tried_at is None or row.state == Outgoing.State.SENT:
        return False
    settle_comment(row, remark.number)
    return True


@transaction.atomic
def settle_comment(row: Outgoing, number: str) -> None:
    """Keep that *row* arrived as the comment *number*."""
    rows = Outgoing.objects.filter(pk=row.pk).exclude(state=Outgoing.State.SENT)
    if not rows.update(state=Outgoing.State.SENT, done_at=timezone.now(), error={}):
        return
    try:
        with transaction.atomic():
            SyncedComment.objects.create(
                issue_id=row.issue_id,
                comment_id=row.comment_id,
                remote=number,
                direction=SyncedComment.Direction.OUT,
            )
    except IntegrityError:
        # It was seen from the other side first.
        return


def _actor(issue: ExternalIssue) -> Actor:
    return Actor(issue.connection.robot_id, issue.connection.name)
