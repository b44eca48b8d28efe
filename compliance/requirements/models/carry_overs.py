"""Going on from one version of a profile to the next, and what a person must look at after it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.requirements.models.profiles import Profile, Requirement


class CarryOverQuerySet(models.QuerySet["CarryOver"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user=user).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class CarryOver(models.Model):
    """The organisation went on from *old* to *new*: assessments, links and tasks came along."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="carry_overs"
    )
    old = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # What was carried, counted: {"assessments": 57, "evidence": 120, "tasks": 4}.
    counts = models.JSONField(default=dict)

    objects: ClassVar[CarryOverQuerySet] = CarryOverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("carry-over to a new version")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "old", "new"], name="carried_over_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.new.title} {self.old.version} → {self.new.version}"


class CarryOverItem(models.Model):
    """One thing that a person must look at after a carry-over."""

    class Kind(models.TextChoices):
        ADDED = "added", _("New requirement")
        REMOVED = "removed", _("Removed requirement")
        REWORDED = "reworded", _("Reworded")
        PARAMETER = "parameter", _("Parameter changed")
        RENUMBERED = "renumbered", _("Renumbered")
        EVIDENCE = "evidence", _("Evidence to review again")
        TASK = "task", _("Task to look at")

    carry_over = models.ForeignKey(CarryOver, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    old_requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the sentence of *kind* names.
    data = models.JSONField(default=dict)
    seen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("thing to look at after a carry-over")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="carry_over_seen_at_and_by",
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        wanted = self.requirement or self.old_requirement
        return f"{self.get_kind_display()}: {wanted}"
