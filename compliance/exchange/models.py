"""A platform's document on its way in, and the form that it came in, kept for the way out."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.requirements.models import Profile
from compliance.vault.models import Blob


class Kind(models.TextChoices):
    """What a document is, decided by its content."""

    XLSX = "xlsx", _("XLSX workbook")
    CSV = "csv", _("CSV table")
    YAML = "yaml", _("Gatepass profile (YAML)")
    OSCAL = "oscal", _("OSCAL catalog (JSON)")
    CISO_ASSISTANT = "ciso_assistant", _("CISO Assistant library (YAML)")


class State(models.TextChoices):
    """How far an import has come."""

    DRAFT = "draft", pgettext_lazy("import", "In preparation")
    PUBLISHED = "published", pgettext_lazy("import", "Published")
    DISCARDED = "discarded", pgettext_lazy("import", "Discarded")


class ProfileImportQuerySet(models.QuerySet["ProfileImport"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class ProfileImport(models.Model):
    """One uploaded document that is being turned into a profile (요구사항 가져오기).

    Nothing of it reaches the profile's tables before it is published, in one transaction.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="profile_imports"
    )
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    # What the person chose: sheet, header row, columns, words of the answers. See `layouts`.
    layout = models.JSONField(default=dict)
    # What the file does not say: platform, title, version, dates. See `forms.AboutForm`.
    about = models.JSONField(default=dict)
    profile = models.ForeignKey(
        Profile, on_delete=models.PROTECT, null=True, blank=True, related_name="imports"
    )
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ProfileImportQuerySet] = ProfileImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("import of a profile")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="import_published_has_profile",
                condition=(Q(state="published") & Q(profile__isnull=False))
                | (~Q(state="published") & Q(profile__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class SavedMapping(models.Model):
    """How a document of this kind is read, kept for next year's edition."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="saved_mappings"
    )
    name = models.CharField(_("name"), max_length=100)
    # {"headers": [texts as they stood], "columns": {role: header}, "words": {…}}. See `layouts`.
    layout = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("saved column mapping")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="mapping_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ProfileForm(models.Model):
    """The document that a profile came from, and where in it each answer belongs."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="profile_forms"
    )
    profile = models.OneToOneField(Profile, on_delete=models.PROTECT, related_name="form")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # Sheets with their columns, and the rows of each code. See `layouts`.
    layout = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("form of a profile")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.file_name
