"""What the organisation says to a profile: which one it works with, and its assessments."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.requirements.limits import within
from compliance.requirements.models.profiles import Profile, Requirement


class AdoptionQuerySet(models.QuerySet["Adoption"]):
    def current(self) -> Self:
        """Profiles worked with now; one that a newer version replaced is history."""
        return self.filter(ended_at__isnull=True)


class Adoption(models.Model):
    """The organisation works with this profile."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="adoptions"
    )
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="adoptions")
    adopted_at = models.DateTimeField(default=timezone.now)
    # Set when the organisation went on to a newer version.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AdoptionQuerySet] = AdoptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("adopted profile")
        ordering = ["adopted_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "profile"], name="adopted_once"),
        ]

    def __str__(self) -> str:
        return str(self.profile)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(within(user))


class Assessment(models.Model):
    """What the organisation says of one requirement (자가점검), signed by a person."""

    class Verdict(models.TextChoices):
        NOT_CHECKED = "not_checked", _("Not checked")
        MET = "met", _("Met")
        PARTIAL = "partial", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="assessments"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="assessments"
    )
    verdict = models.CharField(
        _("verdict"), max_length=20, choices=Verdict.choices, default=Verdict.NOT_CHECKED
    )
    reason = models.TextField(_("reason"), blank=True)
    statement = models.TextField(_("implementation statement"), blank=True, max_length=200_000)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_assessments"
    )
    due = models.DateField(_("due"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    # What the document that the profile came from answers: proposed, never signed by itself.
    claimed = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    # The assessment of the profile's former version that this one goes on from.
    carried_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to"
    )
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_assessments"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(null=True, blank=True)

    # What upper rooms told of the requirement (registries.Knowledge), on its own page.
    knowledge: Any = None

    objects: ClassVar[AssessmentQuerySet] = AssessmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("assessment")
        ordering = ["requirement__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "requirement"], name="one_assessment_each"
            ),
            models.CheckConstraint(
                name="not_applicable_has_reason",
                condition=~Q(verdict="not_applicable") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="decided_at_and_by_together",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.requirement)


class StatementDraft(models.Model):
    """What a person is writing and has not saved yet; nobody else's statement is touched."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True, max_length=200_000)
    # The revision of the assessment that the person began from.
    revision = models.PositiveIntegerField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft of a statement")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "user"], name="one_draft_each"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment} ({self.user})"


class Comment(models.Model):
    """What somebody said about a requirement, in plain text; people named with @ hear of it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=10_000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("comment")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
