"""A ZIP of numbered folders on its way in: what stands in it, before any of it is evidence."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.evidence.models.evidence import Evidence
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.vault.models import Blob


class IntakeState(models.TextChoices):
    READING = "reading", pgettext_lazy("intake", "Being read")
    PREVIEW = "preview", pgettext_lazy("intake", "To look at")
    APPLIED = "applied", pgettext_lazy("intake", "Applied")
    DISCARDED = "discarded", pgettext_lazy("intake", "Discarded")


class IntakeQuerySet(models.QuerySet["Intake"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Intake(models.Model):
    """One archive; its rows say what would become of each file."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(
        max_length=20, choices=IntakeState.choices, default=IntakeState.READING
    )
    together = models.BooleanField(_("one evidence a folder"), default=False)
    submit = models.BooleanField(_("submit for review"), default=True)
    collected_at = models.DateField(_("collected on"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[IntakeQuerySet] = IntakeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("archive of folders")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="intake_ended_at",
                condition=Q(state__in=["reading", "preview"], ended_at__isnull=True)
                | Q(state__in=["applied", "discarded"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IntakeRow(models.Model):
    """One file of an archive, what it was taken for, and what a person made of that."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="rows")
    order = models.PositiveIntegerField()
    path = models.CharField(max_length=1000)
    blob = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Why the file cannot be taken; such a row is shown and never applied.
    refused = models.TextField(blank=True)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.ForeignKey(
        EvidenceKind, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    title = models.CharField(_("title"), max_length=200)
    # Evidence that has these bytes already.
    same = models.ForeignKey(
        Evidence, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    take = models.BooleanField(default=True)
    # What it became.
    evidence = models.ForeignKey(
        Evidence, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("file of an archive")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "order"], name="intake_row_once"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]
