"""How people come in: sessions, invitations, the organisation's own sign-in."""

import hashlib
from typing import Any, ClassVar, Self

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models.organisations import Organisation, User
from compliance.accounts.roles import Role
from compliance.shared.sealed import SealedTextField


class Factor(models.TextChoices):
    """Kinds of second factor, as allauth stores them."""

    TOTP = "totp", _("authenticator app")
    WEBAUTHN = "webauthn", _("passkey")
    RECOVERY_CODES = "recovery_codes", _("recovery codes")


class Session(AbstractBaseSession):
    """A browser in which somebody is signed in, or only passing by (no person)."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=60, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("session")

    def __str__(self) -> str:
        return f"{self.user or '–'}, {self.address}"

    @classmethod
    def get_session_store_class(cls) -> Any:
        from compliance.accounts.sessions import SessionStore

        return SessionStore

    @property
    def handle(self) -> str:
        """Names the session in pages and forms without being its key."""
        return hashlib.sha256(f"session {self.session_key}".encode()).hexdigest()[:24]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """What may be accepted now: the membership would not be over already either."""
        lasts = models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=timezone.localdate())
        return self.filter(
            lasts, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
        )


class Invitation(models.Model):
    """Lets one e-mail address join with one role, once, until a day. The link's digest is kept."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    # Of the membership that comes of it, as `Membership` has them.
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    limited_to = models.PositiveBigIntegerField(_("limited to"), null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        done = self.accepted_at or self.revoked_at
        return not done and self.expires_at > timezone.now()


class IdentityProvider(models.Model):
    """The organisation's own sign-in (SSO): OpenID Connect or SAML. Opens this organisation alone."""

    class Kind(models.TextChoices):
        OIDC = "oidc", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="identity_providers"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name on the sign-in page"), max_length=100)
    # Stands in the addresses that the provider is told; never used twice.
    slug = models.SlugField(max_length=60, unique=True)
    # Lower case: people come in by e-mail addresses of these domains alone.
    domains = models.JSONField(_("e-mail domains"), default=list)
    brings_second_factor = models.BooleanField(
        _("its sign-in counts as a second factor"), default=False
    )
    enabled = models.BooleanField(_("in use"), default=True)
    # OpenID Connect
    issuer = models.URLField(_("issuer"), max_length=400, blank=True)
    client_id = models.CharField(_("client ID"), max_length=200, blank=True)
    client_secret = SealedTextField(_("client secret"), blank=True)
    # SAML
    entity_id = models.CharField(_("entity ID of the provider"), max_length=400, blank=True)
    sso_url = models.URLField(_("sign-in address (SSO URL)"), max_length=400, blank=True)
    certificate = SealedTextField(_("signing certificate (PEM)"), blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("SSO provider")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_saml(self) -> bool:
        return self.kind == self.Kind.SAML

    def takes(self, email: str) -> bool:
        """Whether people with this address come in here."""
        return email.rpartition("@")[2].lower() in self.domains
