"""Tasks as the Korean 보완조치 내역서 keeps them: defect, before, plan, action, after, proof."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.requirements.limits import inside, within
from compliance.requirements.models import Assessment, Requirement
from compliance.shared.severity import Severity


class State(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("task", "Registered")
    PLANNED = "planned", pgettext_lazy("task", "Planned")
    IN_PROGRESS = "in_progress", pgettext_lazy("task", "In progress")
    FIXED = "fixed", pgettext_lazy("task", "Fixed")
    VERIFYING = "verifying", pgettext_lazy("task", "Verifying")
    CLOSED = "closed", pgettext_lazy("task", "Closed")
    FALSE_POSITIVE = "false_positive", pgettext_lazy("task", "False positive")
    RISK_ACCEPTED = "risk_accepted", pgettext_lazy("task", "Risk accepted")
    DISPUTED = "disputed", pgettext_lazy("task", "Disputed")


# What still has to be done by somebody, and therefore can be overdue.
TO_DO = [State.REGISTERED, State.PLANNED, State.IN_PROGRESS, State.DISPUTED]
TO_VERIFY = [State.FIXED, State.VERIFYING]
OPEN_STATES = [*TO_DO, *TO_VERIFY]
OVER = [each for each in State if each not in OPEN_STATES]


class Source(models.TextChoices):
    FINDING = "finding", _("Scan finding")
    ASSESSMENT = "assessment", _("Assessment")
    VERDICT = "verdict", _("The platform's verdict")
    PERSON = "person", _("A person")


class Priority(models.IntegerChoices):
    """What to do first; apart from how bad the gap is. Sorts by its number."""

    URGENT = 1, pgettext_lazy("priority", "Urgent")
    HIGH = 2, pgettext_lazy("priority", "High")
    NORMAL = 3, pgettext_lazy("priority", "Normal")
    LOW = 4, pgettext_lazy("priority", "Low")

    @classmethod
    def of(cls, severity: str) -> "Priority":
        """The priority with which a gap of that severity is opened."""
        return cls(min(4, max(1, 5 - Severity(severity).rank)))


class EffortUnit(models.TextChoices):
    HOURS = "hours", _("hours")
    POINTS = "points", _("points")


def rank_of(due: date, number: int) -> int:
    """Where the board puts a task by itself: by due date, then by number.

    Neighbours stand 16,384 apart, so a card that a person drags finds a number between them.
    """
    return due.toordinal() << 40 | (number & 0x3FFFFFF) << 14


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(within(user))

    def visible_in(self, organisation: Organisation, user: User) -> Self:
        return self.filter(inside(organisation, user))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def overdue(self) -> Self:
        return self.filter(state__in=TO_DO, due__lt=timezone.localdate())


class Task(models.Model):
    """One gap that somebody has to close (보완조치)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tasks")
    number = models.PositiveIntegerField(_("number"))
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    finding = models.ForeignKey(
        "scans.Finding", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    received_verdict = models.OneToOneField(
        "applications.ReceivedVerdict",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="task",
    )
    title = models.CharField(_("title"), max_length=300)
    defect = models.TextField(_("defect"), blank=True, max_length=20_000)
    before = models.TextField(_("before"), blank=True, max_length=20_000)
    plan = models.TextField(_("plan"), blank=True, max_length=20_000)
    action_taken = models.TextField(_("action taken"), blank=True, max_length=20_000)
    after = models.TextField(_("after"), blank=True, max_length=20_000)
    basis = models.CharField(_("basis"), max_length=500, blank=True)
    # Why it is a false positive, an accepted risk or disputed.
    reason = models.TextField(_("reason"), blank=True, max_length=5_000)
    severity = models.CharField(
        _("severity"), max_length=10, choices=Severity.choices, default=Severity.MEDIUM
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    effort = models.DecimalField(_("effort"), max_digits=6, decimal_places=1, null=True, blank=True)
    effort_unit = models.CharField(
        _("unit of effort"), max_length=10, choices=EffortUnit.choices, default=EffortUnit.HOURS
    )
    # The larger piece of work that this is a part of; it closes after its parts.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="assigned_tasks"
    )
    due = models.DateField(_("due"))
    # How many extensions were approved.
    extended_times = models.PositiveSmallIntegerField(_("extended"), default=0)
    # When the change is to be made in production.
    change_start = models.DateTimeField(_("change begins"), null=True, blank=True)
    change_end = models.DateTimeField(_("change ends"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.REGISTERED
    )
    fixed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    fixed_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The scan that shows the pass; with it, nobody else has to look.
    verified_run = models.ForeignKey(
        "scans.ScanRun", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_until = models.DateField(_("accepted until"), null=True, blank=True)
    # When it came into this state.
    state_since = models.DateTimeField(default=timezone.now)
    # Where it stands in its column of the board, see `rank_of`.
    rank = models.BigIntegerField(default=0)
    # Counts changes of the texts: two people who edit them do not overwrite each other.
    revision = models.PositiveIntegerField(default=0)
    # Counts every change of the row, texts too: what a board or a bulk change has seen.
    version = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TaskQuerySet] = TaskQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("task")
        ordering = ["due", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="task_number_once"),
            models.UniqueConstraint(fields=["finding"], name="task_once_a_finding"),
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(source="assessment")
                & ~Q(state__in=["closed", "false_positive", "risk_accepted"]),
                name="task_once_an_open_assessment",
            ),
            models.CheckConstraint(
                name="task_source_is_there",
                condition=(Q(source="finding") & Q(finding__isnull=False))
                | (Q(source="assessment") & Q(assessment__isnull=False))
                | (Q(source="verdict") & Q(received_verdict__isnull=False))
                | Q(source="person"),
            ),
            models.CheckConstraint(
                name="task_fixed_together",
                condition=Q(fixed_by__isnull=True, fixed_at__isnull=True)
                | Q(fixed_by__isnull=False, fixed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="task_verified_together",
                condition=Q(
                    verified_at__isnull=True, verified_by__isnull=True, verified_run__isnull=True
                )
                | Q(verified_at__isnull=False, verified_by__isnull=False)
                | Q(verified_at__isnull=False, verified_run__isnull=False),
            ),
            models.CheckConstraint(
                name="task_not_verified_by_fixer",
                condition=Q(verified_by__isnull=True)
                | Q(fixed_by__isnull=True)
                | ~Q(verified_by=F("fixed_by")),
            ),
            models.CheckConstraint(
                name="task_closed_is_verified",
                condition=(
                    Q(state="closed") & Q(closed_at__isnull=False, verified_at__isnull=False)
                )
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_accepted_has_end",
                condition=(
                    Q(state="risk_accepted")
                    & Q(accepted_by__isnull=False, accepted_until__isnull=False)
                )
                | (
                    ~Q(state="risk_accepted")
                    & Q(accepted_by__isnull=True, accepted_until__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="task_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
            ),
            models.CheckConstraint(
                name="task_effort_positive", condition=Q(effort__isnull=True) | Q(effort__gte=0)
            ),
            models.CheckConstraint(
                name="task_change_forward",
                condition=Q(change_start__isnull=True, change_end__isnull=True)
                | Q(change_end__gt=F("change_start")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "state", "due", "assignee"], name="task_state_due"
            ),
            # Each answers a page of its own without looking at the rows: the table and the
            # calendar, the lanes of the board, what was closed lately, and the charts.
            models.Index(
                fields=["organisation", "due", "number", "state", "id"], name="task_listed"
            ),
            models.Index(fields=["organisation", "state", "assignee"], name="task_by_assignee"),
            models.Index(
                fields=["organisation", "state", "requirement"], name="task_by_requirement"
            ),
            models.Index(
                fields=["organisation", "closed_at"],
                name="task_closed_at",
                condition=Q(closed_at__isnull=False),
            ),
            models.Index(fields=["organisation", "created_at"], name="task_created_at"),
            models.Index(
                fields=["organisation", "state", "severity", "created_at", "number"],
                name="task_ages",
            ),
            models.Index(fields=["organisation", "state", "rank"], name="task_board"),
            # Most tasks are no part of anything: without the condition SQLite believes that all
            # of them are parts of each one and reads the whole table for its page.
            models.Index(
                fields=["parent", "number"],
                name="task_parts",
                condition=Q(parent__isnull=False),
            ),
            models.Index(fields=["assignee", "state", "due"], name="task_mine"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """The number as people say it: T-0001."""
        return f"T-{self.number:04d}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_settled(self) -> bool:
        """Nothing is left to do before the due date."""
        return self.state not in TO_DO

    @property
    def is_overdue(self) -> bool:
        return self.state in TO_DO and self.due < timezone.localdate()
