"""Links that say which requirement an evidence proves; each carries its review."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.evidence.models.evidence import Evidence, EvidenceFile, EvidenceVersion
from compliance.requirements.limits import within
from compliance.requirements.models import Requirement
from compliance.requirements.versions import superseded


class State(models.TextChoices):
    """Where the review of one link stands."""

    DRAFT = "draft", pgettext_lazy("evidence", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("evidence", "In review")
    ACCEPTED = "accepted", pgettext_lazy("evidence", "Accepted")
    RETURNED = "returned", pgettext_lazy("evidence", "Returned")
    EXPIRED = "expired", pgettext_lazy("evidence", "Expired")


class EvidenceLinkQuerySet(models.QuerySet["EvidenceLink"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(within(user))

    def current(self) -> Self:
        """Links whose evidence was not withdrawn."""
        return self.filter(evidence__withdrawn_at__isnull=True)

    def in_force(self) -> Self:
        """Current links to versions of a profile that hold now; those of former ones are history."""
        return self.current().filter(~superseded())

    def whole(self) -> Self:
        """With everything a page shows of a link."""
        files = EvidenceFile.objects.select_related("blob")
        return self.select_related(
            "evidence__kind",
            "requirement__area",
            "requirement__profile",
            "version__uploaded_by",
            "reviewed_version",
            "submitted_by",
            "reviewed_by",
        ).prefetch_related(Prefetch("version__files", files))

    def supporting(self, today: date | None = None) -> Self:
        """Accepted, not withdrawn, not before and not past its days."""
        today = today or timezone.localdate()
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
        fresh = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        return self.current().filter(begun, fresh, state=State.ACCEPTED)


class EvidenceLink(models.Model):
    """This evidence proves that requirement; carries the review.

    A decision is bound to the version and to the digest of its files that the reviewer saw
    (`reviewed_version`, `reviewed_digest`); both stay when the next version comes in, so that the
    next reviewer sees what has changed since.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="evidence_links"
    )
    version = models.ForeignKey(EvidenceVersion, on_delete=models.PROTECT, related_name="links")
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    reviewed_version = models.ForeignKey(
        EvidenceVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_digest = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects: ClassVar[EvidenceLinkQuerySet] = EvidenceLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("evidence of a requirement")
        ordering = ["requirement__order", "evidence__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "requirement"], name="evidence_linked_once"
            ),
            models.CheckConstraint(
                name="reviewer_is_not_submitter",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="link_submitted_at_and_by",
                condition=Q(state="draft", submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="link_reviewed_at_and_by",
                condition=Q(
                    state__in=["draft", "in_review"],
                    reviewed_at__isnull=True,
                    reviewed_by__isnull=True,
                )
                | Q(
                    state__in=["accepted", "returned", "expired"],
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                ),
            ),
            # A decision about one version says nothing of another.
            models.CheckConstraint(
                name="decision_of_this_version",
                condition=Q(state__in=["draft", "in_review"])
                | (Q(reviewed_version=F("version")) & ~Q(reviewed_digest="")),
            ),
            models.CheckConstraint(
                name="returned_has_reason", condition=~Q(state="returned") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "submitted_at"], name="review_queue"),
            models.Index(fields=["organisation", "valid_until"], name="link_valid_until"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} → {self.requirement.code}"

    @property
    def is_fresh(self) -> bool:
        """Today is one of the days for which it speaks."""
        return not self.is_stale and not self.is_early

    @property
    def is_stale(self) -> bool:
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def is_early(self) -> bool:
        return self.valid_from is not None and self.valid_from > timezone.localdate()
