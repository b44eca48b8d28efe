"""What was frozen, and the packets that were built from it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.applications.models import Round
from compliance.jobs.models import Job
from compliance.packets import manifest as manifests
from compliance.packets.manifest import Manifest
from compliance.packets.words import SIGNERS
from compliance.vault.models import Blob


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Freeze(models.Model):
    """A round as it was at one moment: the canonical manifest. Never changed, never deleted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="freezes")
    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="freeze")
    manifest_text = models.TextField()
    digest = models.CharField(_("SHA-256"), max_length=64)
    as_of = models.DateTimeField()
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()

    objects: ClassVar[FreezeQuerySet] = FreezeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("frozen round")
        ordering = ["-frozen_at"]

    def __str__(self) -> str:
        return str(self.round)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("A freeze is never changed; open the next round.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A freeze is never deleted.")

    @cached_property
    def manifest(self) -> Manifest:
        return manifests.loads(self.manifest_text)


class Edition(models.TextChoices):
    KO = "ko", _("Korean edition")
    EN = "en", _("English edition")


class State(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("packet", "Waiting")
    BUILDING = "building", pgettext_lazy("packet", "Being built")
    BUILT = "built", pgettext_lazy("packet", "Built")
    FAILED = "failed", pgettext_lazy("packet", "Failed")


class PacketQuerySet(models.QuerySet["Packet"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Packet(models.Model):
    """The PDF and the ZIP of a freeze in one language (제출본)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="packets")
    freeze = models.ForeignKey(Freeze, on_delete=models.PROTECT, related_name="packets")
    edition = models.CharField(max_length=2, choices=Edition.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    zip = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pages = models.PositiveIntegerField(default=0)
    missing_glyphs = models.JSONField(default=list)
    self_signed = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    built_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PacketQuerySet] = PacketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("packet")
        ordering = ["edition"]
        constraints = [
            models.UniqueConstraint(fields=["freeze", "edition"], name="packet_once_an_edition"),
            models.CheckConstraint(
                name="packet_built_has_files",
                condition=~Q(state="built")
                | Q(pdf__isnull=False, zip__isnull=False, built_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.freeze} ({self.get_edition_display()})"

    @property
    def is_built(self) -> bool:
        return self.state == State.BUILT

    @property
    def is_under_way(self) -> bool:
        """Somebody works on it, or will: a cancelled or lost job leaves the row behind."""
        return not self.is_built and self.job is not None and self.job.is_active

    @property
    def shown_state(self) -> State:
        """The state for people: what nobody works on any more has failed."""
        lost = self.state in {State.QUEUED, State.BUILDING} and not self.is_under_way
        return State.FAILED if lost else State(self.state)

    @property
    def shown_error(self) -> str:
        """Why it failed: the rule's sentence, or that of the job that was lost."""
        return self.error or (self.job.error if self.job else "")

    @property
    def latest(self) -> "Signature | None":
        """The newest signature that stands, the organisation's seal included."""
        standing = [each for each in self.signatures.all() if each.state == SignatureState.SIGNED]
        return max(standing, key=lambda each: each.order, default=None)

    @property
    def newest_pdf(self) -> Blob | None:
        """The PDF with all signatures that stand."""
        latest = self.latest
        return latest.pdf if latest else self.pdf

    @property
    def newest_zip(self) -> Blob | None:
        """The ZIP around that PDF; None until it is written."""
        latest = self.latest
        return latest.zip if latest else self.zip

    def file_name(self, kind: str) -> str:
        """Return what the *kind* ("pdf" or "zip") is called when it leaves the portal."""
        application = self.freeze.round.application
        return f"{application.number}-R{self.freeze.round.number}-{self.edition}.{kind}"


class Part(models.TextChoices):
    """As what somebody signs, in the order in which they do."""

    SEAL = "seal", SIGNERS["seal"]
    PREPARER = "preparer", SIGNERS["preparer"]
    REVIEWER = "reviewer", SIGNERS["reviewer"]
    APPROVER = "approver", SIGNERS["approver"]


PEOPLE = (Part.PREPARER, Part.REVIEWER, Part.APPROVER)


class SignatureState(models.TextChoices):
    SIGNED = "signed", pgettext_lazy("signature", "Signed")
    DECLINED = "declined", pgettext_lazy("signature", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("signature", "Withdrawn")


STANDING = (SignatureState.SIGNED, SignatureState.DECLINED)


class KeyKind(models.TextChoices):
    """Whose key signed, and where it lives. None of them is kept here."""

    FILE = "file", pgettext_lazy("signature", "a certificate file")
    TOKEN = "token", pgettext_lazy("signature", "a token")
    ORGANISATION = "organisation", pgettext_lazy("signature", "the organisation's certificate")


class Signature(models.Model):
    """One signature under a packet: who, as what, with which certificate; the PDF that came of it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="signatures")
    part = models.CharField(max_length=10, choices=Part.choices)
    state = models.CharField(
        max_length=10, choices=SignatureState.choices, default=SignatureState.SIGNED
    )
    signer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The time that the signature claims; of the seal, that of the freeze.
    at = models.DateTimeField()
    # Why it was declined or withdrawn, and when it ceased to stand.
    reason = models.TextField(blank=True, max_length=2_000)
    ended_at = models.DateTimeField(null=True, blank=True)
    key_kind = models.CharField(max_length=12, choices=KeyKind.choices, blank=True)
    subject = models.CharField(max_length=400, blank=True)
    issuer = models.CharField(max_length=400, blank=True)
    fingerprint = models.CharField(_("SHA-256"), max_length=64, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    self_signed = models.BooleanField(default=False)
    # What the time-stamping authority said, or why there is no time stamp.
    stamped_at = models.DateTimeField(null=True, blank=True)
    stamped_by = models.CharField(max_length=400, blank=True)
    stamp_problem = models.TextField(blank=True)
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    zip = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("signature")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["packet", "part"],
                condition=Q(state__in=["signed", "declined"]),
                name="signature_once_a_part",
            ),
            models.UniqueConstraint(
                fields=["packet", "signer"],
                condition=Q(state="signed") & ~Q(part="seal"),
                name="signature_by_different_people",
            ),
            models.CheckConstraint(
                name="signature_has_its_document",
                condition=Q(state="declined")
                | Q(state="withdrawn")
                | (Q(pdf__isnull=False) & ~Q(fingerprint="")),
            ),
            models.CheckConstraint(
                name="signature_ends_with_a_reason", condition=Q(state="signed") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet} · {self.get_part_display()}"

    @property
    def order(self) -> int:
        return Part.values.index(self.part)
