"""How bad, in five steps, shared by requirements, findings and tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
    INFO = "info", _("Information")

    @property
    def rank(self) -> int:
        """0 for information up to 4 for critical."""
        return _RANKS[self]

    def reaches(self, threshold: str) -> bool:
        return self.rank >= Severity(threshold).rank

    @classmethod
    def at_least(cls, threshold: str) -> list["Severity"]:
        return [severity for severity in cls if severity.reaches(threshold)]


_RANKS = {severity: rank for rank, severity in enumerate(reversed(list(Severity)))}
