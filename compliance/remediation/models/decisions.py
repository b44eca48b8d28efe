"""What somebody asks for a task and somebody else decides; and what the clock said of it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import User
from compliance.remediation.models.tasks import Task


class Decision(models.TextChoices):
    """Where a request stands."""

    ASKED = "asked", pgettext_lazy("request", "Asked for")
    APPROVED = "approved", pgettext_lazy("request", "Approved")
    REFUSED = "refused", pgettext_lazy("request", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "Taken back")


class Request(models.Model):
    """Asked by one person with a reason, decided by another one. The rows stay as history."""

    reason = models.TextField(_("reason"), max_length=5_000)
    state = models.CharField(max_length=20, choices=Decision.choices, default=Decision.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, max_length=5_000)

    class Meta:
        abstract = True

    @property
    def is_waiting(self) -> bool:
        return self.state == Decision.ASKED


_DECIDED = Q(decided_by__isnull=False, decided_at__isnull=False)
_UNDECIDED = Q(decided_by__isnull=True, decided_at__isnull=True)
# The person who asked takes back; another one approves or refuses.
_BY_ANOTHER = Q(state__in=["asked", "withdrawn"]) | ~Q(decided_by=F("asked_by"))
_DECIDED_TOGETHER = (Q(state="asked") & _UNDECIDED) | (~Q(state="asked") & _DECIDED)


class DueExtension(Request):
    """A later due date (기한 연장). The approved ones are counted in `Task.extended_times`."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="extensions")
    old_due = models.DateField(_("due before"))
    new_due = models.DateField(_("due after"))
    # Whoever asked knew that the platform's window is over by then, and said so.
    beyond_window = models.BooleanField(_("after the platform's window"), default=False)

    class Meta:
        verbose_name = _("extension of a due date")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="asked"), name="extension_waits_once"
            ),
            models.CheckConstraint(name="extension_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="extension_is_later", condition=Q(new_due__gt=F("old_due"))
            ),
            models.CheckConstraint(name="extension_by_another", condition=_BY_ANOTHER),
            models.CheckConstraint(name="extension_decided", condition=_DECIDED_TOGETHER),
        ]

    def __str__(self) -> str:
        return f"{self.task.code}: {self.old_due} → {self.new_due}"


class RiskAcceptance(Request):
    """Living with a gap until a day (위험수용). Over when *ended_at* is set."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="acceptances")
    until = models.DateField(_("accepted until"))
    ended_at = models.DateTimeField(null=True, blank=True)
    # It ran out, instead of being ended by a person.
    ran_out = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("acceptance of a risk")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(state="asked") | Q(state="approved", ended_at__isnull=True),
                name="risk_live_once",
            ),
            models.CheckConstraint(name="risk_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="risk_by_another", condition=_BY_ANOTHER),
            models.CheckConstraint(name="risk_decided", condition=_DECIDED_TOGETHER),
            models.CheckConstraint(
                name="risk_ends_when_approved",
                condition=Q(ended_at__isnull=True) | Q(state="approved"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task.code}: {self.until}"

    @property
    def is_live(self) -> bool:
        return self.state == Decision.APPROVED and self.ended_at is None


class Step(models.TextChoices):
    """To whom a task that is late is shown, one after the other."""

    LEAD = "lead", _("Security lead")
    OWNER = "owner", _("Owner")


class Escalation(models.Model):
    """The mark that a step was taken for a due date, so that it is taken once."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="escalations")
    step = models.CharField(max_length=10, choices=Step.choices)
    due = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("escalation")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "step", "due"], name="escalated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.step}"


class Reminder(models.Model):
    """The mark that a person was told that a task is due soon, so that it is told once a date."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    due = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "user", "due"], name="reminded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.user_id}"
