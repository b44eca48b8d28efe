"""Notices of a person, and how far the stream has been read."""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.audit.models import Entry


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and only while one is a member."""
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(user_id=user.pk, organisation_id__in=mine)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One audit entry that one person should hear of. The entry carries the sentence."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="notices")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notice")
        ordering = ["-entry_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "entry"], name="notice_told_once"),
        ]
        indexes = [
            models.Index(
                fields=["user", "organisation"],
                name="notice_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.entry.sentence


class Cursor(models.Model):
    """The last entry of an organisation's stream that notices were made from."""

    organisation_id = models.BigIntegerField(unique=True)
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("place in the audit stream")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.seq}"
