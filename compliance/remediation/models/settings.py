"""What an organisation chooses for its tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation


class OpeningRule(models.Model):
    """Which verdicts of the organisation's own open a task by themselves. Without a row, not met does."""

    class Verdicts(models.TextChoices):
        NONE = "none", pgettext_lazy("verdicts", "None; a person opens it")
        NOT_MET = "not_met", pgettext_lazy("verdicts", "Not met")
        PARTIAL = "partial", pgettext_lazy("verdicts", "Not met or partly met")

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="opening_rule"
    )
    verdicts = models.CharField(
        _("verdicts that open a task"),
        max_length=10,
        choices=Verdicts.choices,
        default=Verdicts.NOT_MET,
    )

    class Meta:
        verbose_name = _("rule of opening")

    def __str__(self) -> str:
        return str(self.get_verdicts_display())


class EscalationDays(models.Model):
    """When a task that nobody finishes is shown to the lead, and when to the owner.

    Days after the due date; negative ones are before it. Without a row the defaults hold.
    """

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="escalation_days"
    )
    lead = models.SmallIntegerField(_("to the security lead, days after the due date"), default=1)
    owner = models.SmallIntegerField(_("to the owner, days after the due date"), default=7)

    class Meta:
        verbose_name = _("days of escalation")
        constraints = [
            models.CheckConstraint(
                name="escalation_days_sensible",
                condition=models.Q(lead__gte=-90, lead__lte=365, owner__gte=-90, owner__lte=365),
            ),
            models.CheckConstraint(
                name="escalation_lead_before_owner",
                condition=models.Q(owner__gt=models.F("lead")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} / {self.owner}"
