"""Evidence, its immutable versions, and links that say which requirement it proves."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.requirements.models import EvidenceKind, Requirement
from compliance.requirements.versions import superseded
from compliance.vault.models import Blob


class State(models.TextChoices):
    """Where the review of one link stands."""

    DRAFT = "draft", pgettext_lazy("evidence", "Draft")
    IN_REVIEW = "in_review", pgettext_lazy("evidence", "In review")
    ACCEPTED = "accepted", pgettext_lazy("evidence", "Accepted")
    RETURNED = "returned", pgettext_lazy("evidence", "Returned")
    EXPIRED = "expired", pgettext_lazy("evidence", "Expired")


class Confidentiality(models.TextChoices):
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    SECRET = "secret", _("Strictly confidential")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)

    def current(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Evidence(models.Model):
    """A document or capture. What it contains is in its versions; what it proves in its links."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="evidence"
    )
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    # The code outlives the profile version; the kind itself is there for its title and age.
    kind_code = models.CharField(max_length=60, blank=True)
    kind = models.ForeignKey(
        EvidenceKind, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confidentiality = models.CharField(
        _("confidentiality"),
        max_length=20,
        choices=Confidentiality.choices,
        default=Confidentiality.INTERNAL,
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("evidence")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="evidence_number_once"),
            models.CheckConstraint(
                name="evidence_withdrawn_at_and_by",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        return f"EV-{self.number:04}"

    @cached_property
    def latest(self) -> "EvidenceVersion | None":
        """The newest version; every evidence has one."""
        return next(iter(self.versions.all()), None)

    @property
    def max_age_days(self) -> int | None:
        return self.kind.max_age_days if self.kind else None


class EvidenceVersion(models.Model):
    """What was handed in once: files, when and where they were collected. Never changed."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    collected_at = models.DateField(_("collected on"))
    source = models.CharField(_("source host or system"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of an evidence")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence.code} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("A version is never changed; add the next one.")
        super().save(*args, **kwargs)

    @property
    def organisation_id(self) -> int:
        return self.evidence.organisation_id


class EvidenceFile(models.Model):
    """One file of a version, under the name its uploader gave it."""

    version = models.ForeignKey(EvidenceVersion, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("file of an evidence")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class EvidenceLinkQuerySet(models.QuerySet["EvidenceLink"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)

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
            "submitted_by",
            "reviewed_by",
        ).prefetch_related(Prefetch("version__files", files))

    def supporting(self, today: date | None = None) -> Self:
        """Accepted, not withdrawn and not past its day."""
        today = today or timezone.localdate()
        fresh = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
        return self.current().filter(fresh, state=State.ACCEPTED)


class EvidenceLink(models.Model):
    """This evidence proves that requirement; carries the review, bound to one version."""

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
            models.CheckConstraint(
                name="returned_has_reason", condition=~Q(state="returned") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "submitted_at"], name="review_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} → {self.requirement.code}"

    @property
    def is_fresh(self) -> bool:
        return self.valid_until is None or self.valid_until >= timezone.localdate()

    @property
    def is_stale(self) -> bool:
        return not self.is_fresh
