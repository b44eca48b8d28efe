"""How long records are kept, where the log is sent, and who has reviewed accounts and accesses."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User


class Retention(models.Model):
    """For how long the organisation promises to keep access records: one to three years.

    Nothing is removed when the time is over (see the ADR); less than the law asks cannot be chosen.
    """

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="retention"
    )
    years = models.PositiveSmallIntegerField(_("years"), default=1)
    # 50,000 data subjects or more, unique identifiers or sensitive data, or key telecommunication.
    two_years = models.BooleanField(_("the law asks for two years"), default=False)

    class Meta:
        verbose_name = _("retention of access records")
        constraints = [
            models.CheckConstraint(
                name="retention_lawful",
                condition=Q(years__gte=1, years__lte=3) & (Q(two_years=False) | Q(years__gte=2)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.years}"


class MemberQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Transport(models.TextChoices):
    UDP = "udp", _("Syslog over UDP")
    TCP = "tcp", _("Syslog over TCP")
    TLS = "tls", _("Syslog over TLS")
    LINES = "https", _("JSON lines by HTTP POST")


class LogTarget(models.Model):
    """Where the log is sent as it grows. *seq* is the last entry that arrived there."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="log_targets"
    )
    transport = models.CharField(_("how"), max_length=10, choices=Transport.choices)
    # host:port for syslog, an address of a page for HTTP.
    address = models.CharField(_("address"), max_length=300)
    seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Why the last attempt failed, and before when there is no other.
    problem = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    wait_until = models.DateTimeField(null=True, blank=True)
    # Whoever sends holds the target so long; a process that died lets go by itself.
    held_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MemberQuerySet] = MemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("target of the audit log")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "transport", "address"],
                condition=Q(stopped_at__isnull=True),
                name="log_target_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_transport_display()} {self.address}"


class ReviewKind(models.TextChoices):
    ACCOUNTS = "accounts", _("Review of accounts and roles")
    ACCESSES = "accesses", _("Review of access records")


class Review(models.Model):
    """A signed review of a period: what was there, what stood out, and what was said to each."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(_("kind"), max_length=20, choices=ReviewKind.choices)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    snapshot = models.JSONField(default=dict)
    note = models.TextField(_("result"), blank=True, max_length=5_000)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)
    evidence = models.ForeignKey("evidence.Evidence", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[MemberQuerySet] = MemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = pgettext_lazy("audit", "review")
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="review_period_forward", condition=Q(last_day__gte=F("first_day"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day} – {self.last_day}"
