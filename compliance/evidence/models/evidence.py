"""Evidence and its immutable versions; its tags, and holds that keep it where it is."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.requirements.limits import whole
from compliance.requirements.models import EvidenceKind
from compliance.vault.models import Blob


class Confidentiality(models.TextChoices):
    INTERNAL = "internal", _("Internal")
    CONFIDENTIAL = "confidential", _("Confidential")
    SECRET = "secret", _("Strictly confidential")


class Tag(models.Model):
    """A word by which an organisation finds its evidence again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("tag"), max_length=40)

    class Meta:
        verbose_name = _("tag")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="tag_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> Self:
        """Of the organisations seen whole, and what is linked to a requirement that is seen."""
        links: Any = apps.get_model("evidence", "EvidenceLink")._default_manager
        linked = links.visible_to(user).filter(evidence=OuterRef("pk"))
        return self.filter(whole(user) | Q(Exists(linked)))

    def current(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def on_hold(self, today: date | None = None) -> Self:
        return self.filter(Exists(Hold.objects.in_force(today).filter(evidence=OuterRef("pk"))))


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
    # Who answers for it and hears of it; not always who uploaded it.
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="evidence")
    # Grows with every change of the facts above: two who change them at once are told.
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True, max_length=2000)

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
        indexes = [
            models.Index(fields=["organisation", "kind_code"], name="evidence_by_kind"),
            models.Index(fields=["organisation", "owner"], name="evidence_by_owner"),
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
    """What was handed in once: files, when and where they were collected. Never changed.

    `valid_from` and `valid_until` are what the paper says of itself; how old it may be, its kind
    says. `digest` names all files together: see `digest_of`.
    """

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    collected_at = models.DateField(_("collected on"))
    source = models.CharField(_("source host or system"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    digest = models.CharField(_("SHA-256 of all files"), max_length=64, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("version of an evidence")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["evidence", "number"], name="version_number_once"),
            models.CheckConstraint(
                name="version_window_forwards",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
            ),
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

    def valid_for(self, max_age_days: int | None) -> date | None:
        """The last day on which it proves anything: its own, or when it is too old for its kind."""
        ends = [self.valid_until] if self.valid_until else []
        if max_age_days:
            ends.append(self.collected_at + timedelta(days=max_age_days))
        return min(ends, default=None)


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("A file of a version is never changed; add the next version.")
        super().save(*args, **kwargs)


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """Return what names the files of a version together: the SHA-256 of `sha256sum`'s lines.

    *files* are (SHA-256, name) in their order. Outside, `sha256sum FILES | sha256sum` gives the same.
    """
    lines = "".join(f"{sha256}  {name}\n" for sha256, name in files)
    return hashlib.sha256(lines.encode()).hexdigest()


class HoldQuerySet(models.QuerySet["Hold"]):
    def in_force(self, today: date | None = None) -> Self:
        lasting = Q(until__isnull=True) | Q(until__gte=today or timezone.localdate())
        return self.filter(lasting, lifted_at__isnull=True)


class Hold(models.Model):
    """A legal hold (보존 조치): who keeps an evidence from being withdrawn or deleted, why, how long."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField(_("reason"), max_length=2000)
    until = models.DateField(_("until"), null=True, blank=True)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True, max_length=2000)

    objects: ClassVar[HoldQuerySet] = HoldQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("legal hold")
        ordering = ["-placed_at"]
        constraints = [
            models.CheckConstraint(name="hold_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="hold_lifted_at_and_by",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence.code}: {self.reason}"

    @property
    def is_in_force(self) -> bool:
        lasts = self.until is None or self.until >= timezone.localdate()
        return self.lifted_at is None and lasts
