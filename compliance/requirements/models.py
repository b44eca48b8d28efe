"""What a platform asks (reference data) and what the organisation says to it (assessments)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Membership, Organisation, User
from compliance.shared.severity import Severity


def _either(korean: str, english: str) -> str:
    """Return the text in the reader's language, or the other one where that is missing."""
    first, second = (korean, english) if get_language() == "ko" else (english, korean)
    return first or second


def _filled(text: str, parameters: dict[str, object]) -> str:
    """Replace {name} by its parameter; a name that the profile does not know stays as it is."""
    for name, value in parameters.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


class Bilingual(models.Model):
    """Title in both languages, as the profile gives it."""

    title_ko = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        return _either(self.title_ko, self.title_en)


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
        mine = Organisation.objects.visible_to(user)
        return self.filter(Q(organisation__isnull=True) | Q(organisation__in=mine))


class Profile(Bilingual):
    """A versioned requirement set (요구사항 프로파일). A published version never changes."""

    class Status(models.TextChoices):
        REFERENCE = "reference_unofficial", _("Reference, unofficial")
        PLATFORM = "platform", _("Given by the platform")

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="profiles")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="own_profiles"
    )
    identifier = models.SlugField(max_length=80)
    version = models.CharField(max_length=20)
    status = models.CharField(max_length=30, choices=Status.choices)
    disclaimer_ko = models.TextField(blank=True)
    disclaimer_en = models.TextField(blank=True)
    published_on = models.DateField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    provenance_codes = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
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
        return _either(self.disclaimer_ko, self.disclaimer_en)

    @property
    def is_reference(self) -> bool:
        return self.status == self.Status.REFERENCE


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
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def statement(self) -> str:
        return _either(self.statement_ko, self.statement_en)

    @property
    def checks(self) -> list[dict[str, str]]:
        """The tests with the profile's parameters filled in: {failover_s} reads 30."""
        return [
            {key: _filled(str(text), self.parameters) for key, text in test.items()}
            for test in self.tests
        ]


class Adoption(models.Model):
    """The organisation works with this profile."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="adoptions"
    )
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="adoptions")
    adopted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("adopted profile")
        ordering = ["adopted_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "profile"], name="adopted_once"),
        ]

    def __str__(self) -> str:
        return str(self.profile)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user=user).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Assessment(models.Model):
    """What the organisation says of one requirement (자가점검), signed by a person."""

    class Verdict(models.TextChoices):
        NOT_CHECKED = "not_checked", _("Not checked")
        MET = "met", _("Met")
        PARTIAL = "partial", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="assessments"
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="assessments"
    )
    verdict = models.CharField(
        _("verdict"), max_length=20, choices=Verdict.choices, default=Verdict.NOT_CHECKED
    )
    reason = models.TextField(_("reason"), blank=True)
    statement = models.TextField(_("implementation statement"), blank=True, max_length=200_000)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_assessments"
    )
    due = models.DateField(_("due"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_assessments"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AssessmentQuerySet] = AssessmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("assessment")
        ordering = ["requirement__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "requirement"], name="one_assessment_each"
            ),
            models.CheckConstraint(
                name="not_applicable_has_reason",
                condition=~Q(verdict="not_applicable") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="decided_at_and_by_together",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.requirement)
