"""What is stored: one row a digest and organisation. Names belong to the rooms that use the bytes."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation


class Blob(models.Model):
    """Bytes of one organisation. Never changed, never shared with another organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="blobs")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

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
