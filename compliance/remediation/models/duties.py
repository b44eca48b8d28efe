"""Duties that come back: a series, its periods, and the evidence asked each time (정기 점검)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.requirements.models import EvidenceKind, Requirement


class Rhythm(models.TextChoices):
    MONTHLY = "monthly", pgettext_lazy("duty", "Monthly")
    QUARTERLY = "quarterly", pgettext_lazy("duty", "Quarterly")
    HALF_YEARLY = "half_yearly", pgettext_lazy("duty", "Every half year")
    YEARLY = "yearly", pgettext_lazy("duty", "Yearly")

    @property
    def months(self) -> int:
        return {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}[self.value]


class WorkingDay(models.TextChoices):
    """What happens to a due day on which nobody works."""

    BEFORE = "before", pgettext_lazy("duty", "The working day before")
    AFTER = "after", pgettext_lazy("duty", "The next working day")
    KEEP = "keep", pgettext_lazy("duty", "Leave the day")


class DutySeriesQuerySet(models.QuerySet["DutySeries"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)

    def running(self) -> Self:
        return self.filter(state=DutySeries.State.ACTIVE)


class DutySeries(models.Model):
    """Something that has to be done again in every period: the monthly review of access records."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("duty", "Running")
        PAUSED = "paused", pgettext_lazy("duty", "Paused")
        ENDED = "ended", pgettext_lazy("duty", "Ended")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    instruction = models.TextField(_("what to do"), blank=True, max_length=5_000)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    # The code outlives the profile version; "" asks for evidence of any kind.
    kind_code = models.CharField(max_length=60, blank=True)
    kind = models.ForeignKey(
        EvidenceKind, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rhythm = models.CharField(_("rhythm"), max_length=20, choices=Rhythm.choices)
    # Day of the period's last month on which it is due; 31 is the last day of any month.
    due_day = models.PositiveSmallIntegerField(_("due on day"), default=31)
    working_day = models.CharField(
        _("when nobody works that day"),
        max_length=10,
        choices=WorkingDay.choices,
        default=WorkingDay.BEFORE,
    )
    # First day of the first period; always the first of a month.
    first_period = models.DateField(_("from"))
    responsible = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="duties"
    )
    # The profile's parameter whose period it keeps: review_interval_days.
    parameter = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(_("reason"), max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[DutySeriesQuerySet] = DutySeriesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("recurring duty")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="duty_number_once"),
            # Of one requirement one series a parameter; pausing does not make room for a second.
            models.UniqueConstraint(
                fields=["organisation", "requirement", "parameter"],
                condition=~Q(state="ended") & ~Q(parameter=""),
                name="duty_once_a_parameter",
            ),
            models.CheckConstraint(
                name="duty_day_sensible", condition=Q(due_day__gte=1, due_day__lte=31)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        """The number as people say it: D-0001."""
        return f"D-{self.number:04d}"


class DutyOccurrence(models.Model):
    """One period of a series: what was due by when, and whether it was done.

    Without *done_at* and *skipped* it is a gap once *due* has passed. *missed_at* says only that
    the gap was told.
    """

    series = models.ForeignKey(DutySeries, on_delete=models.PROTECT, related_name="occurrences")
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    due = models.DateField(_("due"))
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("result"), blank=True, max_length=5_000)
    # The series was paused: nothing is missing, and the reason says why.
    skipped = models.BooleanField(default=False)
    skip_reason = models.CharField(_("reason"), max_length=500, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("period of a duty")
        ordering = ["first_day"]
        constraints = [
            models.UniqueConstraint(fields=["series", "first_day"], name="duty_period_once"),
            models.CheckConstraint(
                name="duty_period_forward", condition=Q(last_day__gte=F("first_day"))
            ),
            models.CheckConstraint(
                name="duty_done_together",
                condition=Q(done_by__isnull=True, done_at__isnull=True)
                | Q(done_by__isnull=False, done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="duty_done_or_skipped",
                condition=Q(skipped=False) | Q(done_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["due"], name="duty_due")]

    def __str__(self) -> str:
        return f"{self.series.code} {self.first_day:%Y-%m}"

    @property
    def organisation_id(self) -> int:
        return self.series.organisation_id

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_gap(self) -> bool:
        return not self.is_done and not self.skipped and self.due < timezone.localdate()

    @property
    def is_late(self) -> bool:
        """It was done, but after its day."""
        return self.done_at is not None and timezone.localdate(self.done_at) > self.due


class DutyEvidence(models.Model):
    """An evidence that shows that the duty was done in the period."""

    occurrence = models.ForeignKey(
        DutyOccurrence, on_delete=models.PROTECT, related_name="evidence_links"
    )
    evidence = models.ForeignKey(
        "evidence.Evidence", on_delete=models.PROTECT, related_name="duty_links"
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("evidence of a duty")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "evidence"], name="duty_evidence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.occurrence}: {self.evidence}"
