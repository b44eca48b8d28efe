"""Keys for machines and scripts."""

import hashlib
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models.organisations import Organisation, User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class ApiToken(models.Model):
    """A key that acts as a person or service account, in one organisation. Its digest is kept.

    `scopes` is a list of `compliance.accounts.scopes.Scope` values; an empty one lets nothing pass.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tokens")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    # How it ends, so that its owner finds the one that leaked.
    tail = models.CharField(max_length=8, blank=True)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_address = models.CharField(max_length=60, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApiTokenQuerySet] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("API token")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class TokenAddress(models.Model):
    """An address from which a token was used; the first use from each is told."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(_("address"), max_length=60)
    first_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("address of a token")
        constraints = [
            models.UniqueConstraint(fields=["token", "address"], name="token_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.token}: {self.address}"
