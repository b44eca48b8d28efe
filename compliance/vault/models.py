"""What is stored: one row a digest and organisation. Names belong to the rooms that use the bytes."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.vault.names import LONGEST


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
