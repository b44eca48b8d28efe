"""What a platform asks, or a baseline lists: reference data, versioned."""

import re
from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.requirements.limits import profiles
from compliance.shared.severity import Severity


def either(korean: str, english: str) -> str:
    """Return the text in the reader's language, or the other one where that is missing."""
    first, second = (korean, english) if get_language() == "ko" else (english, korean)
    return first or second


_NAME = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def shown_value(value: Any) -> str:
    """A parameter's value in a sentence: a list reads 11:00-14:00, 17:00-21:00."""
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


class Bilingual(models.Model):
    """Title in both languages, as the profile gives it."""

    title_ko = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        return either(self.title_ko, self.title_en)


class Platform(Bilingual):
    """Who asks: Baemin, Yogiyo, Coupang Eats."""

    code = models.SlugField(unique=True)

    class Meta:
        verbose_name = _("platform")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, user: User) -> Self:
        """Shipped profiles are everybody's; an imported one belongs to its organisation."""
        return self.filter(profiles(user))


class Profile(Bilingual):
    """A versioned requirement set (요구사항 프로파일). A published version never changes."""

    class Status(models.TextChoices):
        REFERENCE = "reference_unofficial", _("Reference, unofficial")
        PLATFORM = "platform", _("Given by the platform")
        BASELINE = "baseline", _("Public baseline")

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="profiles")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="own_profiles"
    )
    identifier = models.SlugField(max_length=80)
    version = models.CharField(max_length=20)
    # The edition of the document that this one speaks of, as its issuer names it: 2023-10.
    edition = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=30, choices=Status.choices)
    disclaimer_ko = models.TextField(blank=True)
    disclaimer_en = models.TextField(blank=True)
    published_on = models.DateField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    provenance_codes = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    # {name: {"title_ko", "title_en", "unit", "values": [{"from": date or null, "value": …}]}}
    parameters = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ProfileQuerySet] = ProfileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("requirement profile")
        ordering = ["identifier", "-version"]
        constraints = [
            # Shipped profiles have no organisation, and SQL holds two NULLs for different.
            models.UniqueConstraint(
                "identifier",
                "version",
                Coalesce("organisation", Value(0)),
                name="profile_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def disclaimer(self) -> str:
        return either(self.disclaimer_ko, self.disclaimer_en)

    @property
    def is_reference(self) -> bool:
        return self.status == self.Status.REFERENCE

    @property
    def is_baseline(self) -> bool:
        """Nobody applies to a baseline; it is what profiles are compared through."""
        return self.status == self.Status.BASELINE

    def parameter(self, name: str, on: date | None = None) -> Any:
        """Return the value of *name* in force on that day (today), None where there is none."""
        values = self.parameters.get(name, {}).get("values", [])
        day = (on or timezone.localdate()).isoformat()
        begun = [each for each in values if (each.get("from") or "") <= day]
        newest = max(begun, key=lambda each: each.get("from") or "", default=None)
        return newest["value"] if newest else None


class Area(Bilingual):
    """A chapter of a profile: NET, SRV, LOG, DAT."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=20)
    order = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("area")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="area_code_once"),
        ]

    def __str__(self) -> str:
        return self.title


class EvidenceKind(Bilingual):
    """A kind of proof that a profile asks for, and how old it may be."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="evidence_kinds")
    code = models.SlugField(max_length=60)
    formats = models.JSONField(default=list)
    max_age_days = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("evidence kind")
        ordering = ["title_ko"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="evidence_kind_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Requirement(Bilingual):
    """One item of a profile (요구사항)."""

    class Provenance(models.TextChoices):
        PLATFORM = "platform", _("Stated by the platform")
        EXAMPLE = "example", _("Example in public reporting")
        INFERRED = "inferred", _("Inferred from a baseline")

    class Automation(models.TextChoices):
        AUTO = "auto", _("Automatic")
        SEMI = "semi", _("Partly automatic")
        MANUAL = "manual", _("By people")

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="requirements")
    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="requirements")
    # The item that this one details; of the same profile, never in a circle.
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=40)
    order = models.PositiveIntegerField()
    statement_ko = models.TextField()
    statement_en = models.TextField(blank=True)
    provenance = models.CharField(max_length=20, choices=Provenance.choices)
    provenance_details = models.JSONField(default=list)
    mandatory = models.BooleanField(default=True)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    automation = models.CharField(max_length=10, choices=Automation.choices)
    evidence_kinds = models.ManyToManyField(EvidenceKind, related_name="requirements")
    tests = models.JSONField(default=list)
    mappings = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("requirement")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="requirement_code_once"),
            models.CheckConstraint(
                name="requirement_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def statement(self) -> str:
        return self.filled(either(self.statement_ko, self.statement_en))

    @property
    def checks(self) -> list[dict[str, str]]:
        """The tests with parameters filled in: {failover_s} reads 30."""
        return [{key: self.filled(str(text)) for key, text in test.items()} for test in self.tests]

    def filled(self, text: str) -> str:
        """Replace {name} by the requirement's own parameter, else the profile's in force today.

        A name that neither knows stays as it is. The profile is asked only where a name stands.
        """
        return _NAME.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        name = found.group(1)
        value = self.parameters.get(name)
        if value is None:
            value = self.profile.parameter(name)
        return found.group(0) if value is None else shown_value(value)
