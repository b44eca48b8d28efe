"""What is stored: one row a digest and organisation. Names belong to the rooms that use the bytes."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.vault.names import LONGEST

# After as many a file is left alone: it is missing, or takes every reader with it.
MOST_TRIES = 5


class Blob(models.Model):
    """Bytes of one organisation. Never changed, never shared with another organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="blobs")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    # When the bytes were handed in last: what nobody uses is swept only long after.
    kept_at = models.DateTimeField(default=timezone.now)
    # Set while the bytes in the storage are missing or not those that were stored.
    damaged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("stored file")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"], name="same_bytes_stored_once"
            ),
        ]

    def __str__(self) -> str:
        return f"SHA-256 {self.sha256}"

    @property
    def short(self) -> str:
        """The first twelve digits, for lists."""
        return self.sha256[:12]


class Upload(models.Model):
    """A file on its way in, piece by piece; how much of it is here, the file on disk says."""

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=LONGEST)
    size = models.BigIntegerField(_("size in bytes"))
    begun_at = models.DateTimeField(default=timezone.now)
    # Every piece moves it on.
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("unfinished upload")
        ordering = ["begun_at"]

    def __str__(self) -> str:
        return self.name


class InspectionState(models.TextChoices):
    """What may be done with the bytes. Only the last two may be looked at."""

    PENDING = "pending", _("In quarantine, not checked yet")
    QUARANTINED = "quarantined", _("In quarantine, the virus scanner found something")
    REFUSED = "refused", _("Refused by a later check")
    UNSCANNED = "unscanned", _("Type and content checked, no virus scanner")
    CLEAN = "clean", _("Checked")


class PersonalState(models.TextChoices):
    """Whether personal data was looked for, and seen."""

    PENDING = "pending", _("Not searched for personal data yet")
    NONE = "none", _("No personal data found")
    FOUND = "found", _("Personal data found")
    UNREADABLE = "unreadable", _("Cannot be searched for personal data")


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def waiting(self, *, scanner: bool) -> Self:
        """Rows with something left to do; what only a scanner can do counts where there is one."""
        todo = Q(personal=PersonalState.PENDING) & ~Q(state=InspectionState.QUARANTINED)
        if scanner:
            todo |= Q(state__in=[InspectionState.PENDING, InspectionState.UNSCANNED])
        return self.filter(todo, tries__lt=MOST_TRIES)


class Inspection(models.Model):
    """What checks found in a blob after it was taken in. Made by inspecting, changed only there."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    blob = models.OneToOneField(Blob, on_delete=models.CASCADE, related_name="inspection")
    state = models.CharField(max_length=12, choices=InspectionState.choices)
    engine = models.CharField(_("scanner and its database"), max_length=200, blank=True)
    signature = models.CharField(_("found"), max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    personal = models.CharField(
        max_length=12, choices=PersonalState.choices, default=PersonalState.PENDING
    )
    # {kind: how often}, of all that was found; the hits themselves are kept up to a number.
    personal_counts = models.JSONField(default=dict)
    personal_at = models.DateTimeField(null=True, blank=True)
    # Of a picture: width and height in pixels, and the day it was taken where it says so.
    facts = models.JSONField(default=dict)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[InspectionQuerySet] = InspectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("inspection")
        constraints = [
            models.CheckConstraint(
                name="clean_means_scanned", condition=~Q(state="clean") | ~Q(engine="")
            ),
            models.CheckConstraint(
                name="quarantined_names_what", condition=~Q(state="quarantined") | ~Q(signature="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation"],
                name="inspections_waiting",
                condition=Q(state="pending") | Q(personal="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.blob}: {self.state}"

    @property
    def total(self) -> int:
        """How much personal data was found."""
        return sum(self.personal_counts.values())


class PersonalHit(models.Model):
    """One place in a blob that looks like personal data, masked; what it was is kept nowhere."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="hits")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    masked = models.CharField(max_length=200)
    # {"page": 3}, {"sheet": "명단", "cell": "B7"}, {"line": 12}, {"path": "users[0].phone"} …
    place = models.JSONField(default=dict)
    # [[page, left, top, right, bottom]], from 0 to 1 of the page, where the place is known.
    boxes = models.JSONField(default=list)

    class Meta:
        verbose_name = _("personal data found")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "order"], name="personal_hit_order_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.masked}"
