"""What stands around a task: its proof, talk, steps, watchers, order, and what became of it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.remediation.models.tasks import State, Task


class TaskEvidence(models.Model):
    """An evidence that shows the state before or after the fix."""

    class Role(models.TextChoices):
        BEFORE = "before", _("Before")
        AFTER = "after", _("After")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="evidence_links")
    evidence = models.ForeignKey(
        "evidence.Evidence", on_delete=models.PROTECT, related_name="task_links"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.AFTER)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("evidence of a task")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "evidence", "role"], name="task_evidence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task.code}: {self.evidence}"


class Comment(models.Model):
    """What somebody said about a task. *text* is the Markdown as it was typed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=10_000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("comment")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class CommentFile(models.Model):
    """A file that a comment brings along, under the name its uploader gave it. Proves nothing."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey("vault.Blob", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("file of a comment")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """A step of the work, ticked off by somebody."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="checklist")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("step"), max_length=300)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("step of a checklist")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="checklist_done_together",
                condition=Q(done_by__isnull=True, done_at__isnull=True)
                | Q(done_by__isnull=False, done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Watcher(models.Model):
    """Somebody who wants to hear of a task without having to do it."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watched_tasks")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("watcher")
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(fields=["task", "user"], name="task_watched_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task.code}: {self.user}"


class Dependency(models.Model):
    """*blocked* waits for *blocker*. Never in a circle; services hold that, see `linking`."""

    blocker = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="blocked_by")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("dependency")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="task_blocked_once"),
            models.CheckConstraint(
                name="task_does_not_block_itself", condition=~Q(blocker=F("blocked"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blocker.code} → {self.blocked.code}"


class StateChange(models.Model):
    """A task went from one state to another; charts count these by the day.

    Opening writes none: it is `Task.created_at`, always in `registered`. So the tasks open at the
    end of a day are those created by then, less the changes from open to over, plus those back.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="state_changes")
    before = models.CharField(max_length=20, choices=State.choices)
    after = models.CharField(max_length=20, choices=State.choices)
    # Nobody when a clock or a scan moved it.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("change of state")
        ordering = ["at", "pk"]
        indexes = [
            # With both states, so that charts count without looking at the rows.
            models.Index(fields=["organisation", "at", "before", "after"], name="task_change_at")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.before} → {self.after}"
