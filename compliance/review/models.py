"""Who from outside may look at one round, and until when."""

import hashlib
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.applications.models import Round


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)

    def open(self) -> Self:
        """Neither ended nor expired: what opens something right now."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A platform's reviewer (심사자) sees one frozen round by a link; nothing else of the portal."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="invitations")
    name = models.CharField(_("name"), max_length=100)
    company = models.CharField(_("company"), max_length=100)
    email = models.EmailField(_("e-mail"))
    # Of the link's secret, which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation of a reviewer")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="review_ends_after_it_begins", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.round)

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def element(self) -> str:
        """The id of its button on a page."""
        return f"end-{self.pk}"
