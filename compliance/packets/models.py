"""What was frozen, and the packets that were built from it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.applications.models import Application, Round
from compliance.jobs.models import Job
from compliance.packets import manifest as manifests
from compliance.packets.manifest_rows import Manifest
from compliance.packets.words import SIGNERS
from compliance.requirements.limits import whole
from compliance.vault.models import Blob


def _opened(user: User, **related: OuterRef) -> Q:
    """Rows of the organisations seen whole, and those of the application one is limited to."""
    own = Application.objects.opened_to(user)
    return whole(user) | Q(Exists(own.filter(**related)))


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(_opened(user, rounds=OuterRef("round_id")))


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


class Branding(models.Model):
    """How the packets of an organisation look: its own colour and logo, never a platform's."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="branding"
    )
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    # A PNG on white that the portal made of what was uploaded.
    logo = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("look of the packets")

    def __str__(self) -> str:
        return f"{self.organisation} {self.colour}".strip()


class Edition(models.TextChoices):
    """What editions there are; `editions.STYLES` says what each is."""

    KO = "ko", _("Korean edition")
    EN = "en", _("English edition")
    BOTH = "ko-en", _("Edition in Korean and English")
    REVIEW = "ko-review", _("Edition for the reviewer, with boxes for verdicts")


class State(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("packet", "Waiting")
    BUILDING = "building", pgettext_lazy("packet", "Being built")
    BUILT = "built", pgettext_lazy("packet", "Built")
    FAILED = "failed", pgettext_lazy("packet", "Failed")
    # Files of the manifest cannot be had: there is a draft that names them, and nothing is signed.
    INCOMPLETE = "incomplete", pgettext_lazy("packet", "Files missing")


class PacketQuerySet(models.QuerySet["Packet"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(_opened(user, rounds__freeze=OuterRef("freeze_id")))


class Packet(models.Model):
    """The PDF and the ZIP of a freeze in one language (제출본)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="packets")
    freeze = models.ForeignKey(Freeze, on_delete=models.PROTECT, related_name="packets")
    edition = models.CharField(max_length=12, choices=Edition.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    zip = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pages = models.PositiveIntegerField(default=0)
    missing_glyphs = models.JSONField(default=list)
    # Of an incomplete one: what cannot be had ({number, name, path, sha256, size, reason}), and the
    # ZIP of the rest.
    missing_files = models.JSONField(default=list)
    draft = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    self_signed = models.BooleanField(default=False)
    #: Where each section is: [key, title, level, pages, digest of what it was made from], in order.
    outline = models.JSONField(default=list)
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

    @property
    def short_name(self) -> str:
        """What tells it from the other packets of its application, as in an address: “2-ko”."""
        return f"{self.freeze.round.number}-{self.edition}"

    def file_name(self, kind: str) -> str:
        """Return what the *kind* ("pdf" or "zip") is called when it leaves the portal."""
        application = self.freeze.round.application
        return f"{application.number}-R{self.freeze.round.number}-{self.edition}.{kind}"


class BuildState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("packet", "Being built")
    BUILT = "built", pgettext_lazy("packet", "Built")
    CANCELLED = "cancelled", pgettext_lazy("packet", "Cancelled")
    FAILED = "failed", pgettext_lazy("packet", "Failed")


class Build(models.Model):
    """One building of a packet, from the first attempt of its job to the end.

    *sections* are the titles of the document's sections, *marks* a character for each (render.Mark).
    *compiled* counts those that were compiled for this build, *helped* those of them that other
    workers compiled; the others were ready. Sizes are bytes.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    packet = models.ForeignKey(Packet, on_delete=models.CASCADE, related_name="builds")
    job = models.OneToOneField(
        Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=BuildState.choices, default=BuildState.RUNNING)
    sections = models.JSONField(default=list)
    marks = models.TextField(blank=True)
    compiled = models.PositiveIntegerField(default=0)
    helped = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=1)
    pages = models.PositiveIntegerField(default=0)
    pdf_size = models.PositiveBigIntegerField(default=0)
    zip_size = models.PositiveBigIntegerField(default=0)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("building of a packet")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return str(self.packet)

    @property
    def is_lost(self) -> bool:
        """Its job ended without a word here: its worker died too often."""
        return self.state == BuildState.RUNNING and (self.job is None or not self.job.is_active)

    @property
    def shown_state(self) -> BuildState:
        return BuildState.FAILED if self.is_lost else BuildState(self.state)

    @property
    def shown_error(self) -> str:
        return self.error or (self.job.error if self.is_lost and self.job else "")

    @property
    def seconds(self) -> float:
        """How long it took, or takes."""
        end = self.finished_at or (self.job.finished_at if self.is_lost and self.job else None)
        return ((end or timezone.now()) - self.started_at).total_seconds()


class Channel(models.TextChoices):
    """How a packet went to the platform."""

    PORTAL = "portal", pgettext_lazy("channel", "The platform's portal")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    POST = "post", pgettext_lazy("channel", "By post or courier")
    HAND = "hand", pgettext_lazy("channel", "By hand")
    OTHER = "other", pgettext_lazy("channel", "Another way")


class Receipt(models.Model):
    """That a packet was submitted (제출 기록): who, when, which bytes, how. Never changed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    packet = models.OneToOneField(Packet, on_delete=models.PROTECT, related_name="receipt")
    pdf_sha256 = models.CharField(max_length=64)
    zip_sha256 = models.CharField(max_length=64)
    channel = models.CharField(_("how it went"), max_length=10, choices=Channel.choices)
    recipient = models.CharField(_("to whom"), max_length=200)
    platform_number = models.CharField(
        _("the platform's receipt number"), max_length=60, blank=True
    )
    note = models.TextField(_("note"), blank=True, max_length=2_000)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("submission receipt")

    def __str__(self) -> str:
        return f"{self.packet}: {self.recipient}"


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(_opened(user, rounds__freeze__packets=OuterRef("packet_id")))


class Copy(models.Model):
    """A copy of a packet that is marked with its recipient on every page; the packet stays as it is."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="copies")
    recipient = models.CharField(_("for whom"), max_length=100)
    purpose = models.CharField(_("what for"), max_length=200, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    zip = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CopyQuerySet] = CopyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("marked copy")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="copy_has_both_files",
                condition=Q(pdf__isnull=True, zip__isnull=True)
                | Q(pdf__isnull=False, zip__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.packet}: {self.recipient}"

    @property
    def is_ready(self) -> bool:
        return self.pdf_id is not None

    def file_name(self, kind: str) -> str:
        """Return what the *kind* ("pdf" or "zip") is called: the packet's name, and the copy's number."""
        return self.packet.file_name(kind).replace(f".{kind}", f"-copy{self.pk}.{kind}")


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
