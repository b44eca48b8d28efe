"""Connections to issue trackers, which task is which issue, and what is on its way out."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.remediation.models import Comment, Task
from compliance.shared.sealed import SealedTextField


def said(error: dict[str, Any]) -> str:
    """Return the sentence of {language: sentence} in the reader's language, "" for none."""
    return str(error.get((get_language() or "ko")[:2]) or error.get("ko") or "")


_Row = TypeVar("_Row", bound=models.Model)


class OwnQuerySet(models.QuerySet[_Row]):
    """Rows of an organisation."""

    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Connection(models.Model):
    """One project or repository of a tracker, and what the states of tasks are called there."""

    class Kind(models.TextChoices):
        JIRA = "jira", "Jira"
        GITHUB = "github", "GitHub"

    class State(models.TextChoices):
        ON = "on", _("Synchronising")
        OFF = "off", _("Stopped")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    base_url = models.CharField(_("address"), max_length=300)
    project = models.CharField(_("project or repository"), max_length=200)
    account = models.CharField(_("e-mail address of the token's owner"), max_length=200, blank=True)
    token = SealedTextField(_("token"))
    # Signs what a webhook tells; "" while nothing is told.
    secret = SealedTextField(blank=True)
    issue_type = models.CharField(_("type of issues"), max_length=60, blank=True)
    # {state of a task: status of the tracker}; a state that is missing is not told.
    status_map = models.JSONField(default=dict)
    # What the last test found, offered in the table of states.
    statuses = models.JSONField(default=list)
    state = models.CharField(max_length=5, choices=State.choices, default=State.ON)
    # {language: sentence} of the last failure.
    error = models.JSONField(default=dict)
    failures = models.PositiveIntegerField(default=0)
    # A worker that has it sets it ahead; so does a failure. `fence` counts the workers.
    free_at = models.DateTimeField(default=timezone.now)
    fence = models.PositiveIntegerField(default=0)
    # The latest change of the tracker that was read, by the tracker's clock.
    cursor = models.DateTimeField(default=timezone.now)
    synced_at = models.DateTimeField(null=True, blank=True)
    hook = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Whose name stands by what came from the tracker: nobody can sign in as it.
    robot = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar["OwnQuerySet[Connection]"] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("connection to an issue tracker")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="tracker_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sentence(self) -> str:
        return said(self.error)

    def status_of(self, state: str) -> str:
        """The status that a task's state means there, "" when it is not told."""
        return str(self.status_map.get(state) or "")


class ExternalIssue(models.Model):
    """A task and the issue that it is in a tracker. Without a number it is still to be made."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="issues")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="external_issues")
    number = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=60, blank=True)
    url = models.CharField(max_length=500, blank=True)
    mark = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Made by the portal: then title and text go along when the task's change.
    ours = models.BooleanField(default=False)
    # Both sides as they were when they last agreed, or were last looked at.
    remote_status = models.CharField(max_length=100, blank=True)
    task_state = models.CharField(max_length=20, blank=True)
    local_hash = models.CharField(max_length=64, blank=True)
    remote_hash = models.CharField(max_length=64, blank=True)
    looked_at = models.DateTimeField(default=timezone.now)
    comments_since = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar["OwnQuerySet[ExternalIssue]"] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("issue of a tracker")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "task"], name="tracker_task_once"),
            models.UniqueConstraint(
                fields=["connection", "number"], name="tracker_issue_once", condition=~Q(number="")
            ),
        ]
        indexes = [models.Index(fields=["connection", "looked_at"], name="tracker_looked_at")]

    def __str__(self) -> str:
        return f"{self.connection} {self.key}".strip()


class SyncedComment(models.Model):
    """A comment that stands on both sides. *comment* is None for what only the portal says."""

    class Direction(models.TextChoices):
        IN = "in", _("From the tracker")
        OUT = "out", _("To the tracker")

    issue = models.ForeignKey(ExternalIssue, on_delete=models.CASCADE, related_name="comments")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")
    remote = models.CharField(max_length=60)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("comment on both sides")
        constraints = [
            models.UniqueConstraint(fields=["issue", "remote"], name="tracker_remark_once"),
            models.UniqueConstraint(
                fields=["issue", "comment"],
                name="tracker_comment_once",
                condition=Q(comment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue}: {self.remote}"


class Place(models.Model):
    """The last entry of an organisation's audit stream that was looked at."""

    organisation_id = models.BigIntegerField(unique=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in the audit stream")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seq}"


class Outgoing(models.Model):
    """Something to do in the tracker. The row is written before anything is sent."""

    class Kind(models.TextChoices):
        CREATE = "create", _("Make the issue")
        STATUS = "status", _("Set the status")
        TEXT = "text", _("Change title and text")
        COMMENT = "comment", _("Add a comment")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not taken")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    issue = models.ForeignKey(ExternalIssue, on_delete=models.CASCADE, related_name="outgoing")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # What the tracker's copy is recognised by.
    mark = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")
    # What the portal itself says; a person's comment is read when it is sent.
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    error = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    # Set before the first call: from then on the tracker may know of it.
    tried_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar["OwnQuerySet[Outgoing]"] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("change on its way to a tracker")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "comment"],
                name="tracker_comment_out_once",
                condition=Q(comment__isnull=False),
            ),
            # Of these one that waits is enough: what it says is read when it is sent.
            models.UniqueConstraint(
                fields=["issue", "kind"],
                name="tracker_waits_once",
                condition=Q(state="waiting") & ~Q(kind="comment"),
            ),
        ]
        indexes = [models.Index(fields=["issue", "state"], name="tracker_outgoing")]

    def __str__(self) -> str:
        return f"{self.issue}: {self.kind}"

    @property
    def sentence(self) -> str:
        return said(self.error)

    @property
    def searched_from(self) -> Any:
        """A copy in the tracker, should there be one, is not older; clocks differ."""
        return (self.tried_at or self.created_at) - timedelta(minutes=10)
