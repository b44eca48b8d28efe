"""What people say of personal data that was found, and copies made without it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import User
from compliance.evidence.models.evidence import Evidence, EvidenceFile
from compliance.vault.models import Blob


class Ground(models.TextChoices):
    """Why what was found may stay as it is."""

    NOT_PERSONAL = "not_personal", _("This is not personal data")
    COMPANY = "company", _("It belongs to the company or an office, not to a person")
    MADE_UP = "made_up", _("Made-up test data")
    CONSENT = "consent", _("The person agreed to it being handed on")


class PersonalDecision(models.Model):
    """Personal data of one kind in one file may stay; holds for the same bytes in later versions."""

    evidence = models.ForeignKey(
        Evidence, on_delete=models.CASCADE, related_name="personal_decisions"
    )
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    reason = models.TextField(_("reason"), max_length=1000)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision about personal data")
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "blob", "kind"], name="personal_kind_decided_once"
            ),
            models.CheckConstraint(
                name="personal_decision_has_reason", condition=~models.Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence}: {self.kind} {self.ground}"


class Redaction(models.Model):
    """A file that was made from another by taking personal data out of it."""

    file = models.OneToOneField(EvidenceFile, on_delete=models.CASCADE, related_name="redaction")
    redacted_from = models.ForeignKey(
        EvidenceFile, on_delete=models.CASCADE, related_name="redactions"
    )
    # How many boxes were drawn, or which kinds were masked: not where, which the original shows.
    boxes = models.PositiveIntegerField(default=0)
    kinds = models.JSONField(default=list)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="redactions")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("redacted copy")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.file} ← {self.redacted_from}"
