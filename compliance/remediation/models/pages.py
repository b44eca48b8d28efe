"""What the pages of tasks keep: how full a column should be, and the keys of calendar feeds."""

import hashlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.remediation.models.tasks import State


class BoardLimit(models.Model):
    """How many cards a column of the board should hold at most. It is shown, never enforced."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="board_limits"
    )
    state = models.CharField(max_length=20, choices=State.choices)
    most = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("limit of a column")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "state"], name="board_limit_once"),
            models.CheckConstraint(
                name="board_limit_sensible", condition=models.Q(most__gte=1, most__lte=999)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.most}"


class CalendarFeed(models.Model):
    """The key with which a calendar program reads a person's dates in one organisation.

    Only its digest is kept; a new key makes the old address end.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="calendar_feed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.made_at:%Y-%m-%d}"

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()
