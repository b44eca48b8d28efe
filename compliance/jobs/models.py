"""The row is the truth about a piece of work; a message only says that there is one."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.jobs import phrases, registry

MAX_ATTEMPTS = 4
# Below this many, things are counted out; above it, a page says the share.
FEW = 100


class State(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


ACTIVE = (State.QUEUED, State.RUNNING)
_is_active = Q(state__in=[state.value for state in ACTIVE])


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        """The work of the person's organisations; who is limited there sees what they began.

        System work belongs to nobody's page.
        """
        whole = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        own = Q(requested_by_id=user.pk, organisation_id__in=mine)
        return self.filter(Q(organisation_id__in=whole) | own)

    def active(self) -> Self:
        return self.filter(_is_active)


class Job(models.Model):
    """One piece of work.

    `attempt` counts claims and fences: a worker that was taken for dead and comes back writes with
    its old number, and the database changes no row.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    phase = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=MAX_ATTEMPTS)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=200, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    requested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="requested_jobs"
    )
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("work")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="job_state_due", condition=_is_active),
        ]
        constraints = [
            models.UniqueConstraint(
                F("kind"),
                F("key"),
                Coalesce(F("organisation"), Value(0)),
                condition=_is_active & ~Q(key=""),
                name="one_active_job_per_key",
            ),
            models.CheckConstraint(
                name="job_finished_has_time",
                condition=_is_active | Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(registry.title_of(self.kind))

    @property
    def shown_phase(self) -> str:
        """What it is at, in the language that is active."""
        return phrases.shown(self.phase)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def seconds(self) -> int:
        """How long the work has run, or ran."""
        if self.started_at is None:
            return 0
        return int(((self.finished_at or timezone.now()) - self.started_at).total_seconds())

    @property
    def share(self) -> str:
        """How far the work is: "3 / 12" of few things, else the share in a hundred."""
        if not self.total:
            return ""
        if self.total < FEW:
            return f"{self.done} / {self.total}"
        return f"{self.done * 100 // self.total}%"

    @property
    def seconds_left(self) -> int | None:
        """A guess from the pace so far; None while there is no pace to judge by."""
        if not (self.is_active and 0 < self.done < self.total and self.seconds >= 2):
            return None
        return max(1, round(self.seconds * (self.total - self.done) / self.done))

    @property
    def result_url(self) -> str:
        """Where the page goes when the work is done: a path of this portal, or ""."""
        url = self.result.get("url", "")
        path = url if isinstance(url, str) else ""
        return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""
