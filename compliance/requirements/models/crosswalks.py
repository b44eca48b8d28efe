"""Which item of one profile says how much of an item of another, as data with its source."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation, User
from compliance.requirements.limits import whole
from compliance.requirements.models.profiles import Bilingual


class CrosswalkQuerySet(models.QuerySet["Crosswalk"]):
    def visible_to(self, user: User) -> Self:
        """Shipped crosswalks are everybody's; a person's own one belongs to the organisation."""
        return self.filter(Q(organisation__isnull=True) | whole(user))


class Crosswalk(Bilingual):
    """A versioned set of relations between two or more profiles (대응표)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="crosswalks"
    )
    identifier = models.SlugField(max_length=80)
    version = models.CharField(max_length=20)
    source = models.TextField(blank=True)
    licence = models.CharField(max_length=100, blank=True)
    author = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CrosswalkQuerySet] = CrosswalkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("crosswalk")
        ordering = ["identifier", "-version"]
        constraints = [
            models.UniqueConstraint(
                "identifier",
                "version",
                Coalesce("organisation", Value(0)),
                name="crosswalk_version_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class CrosswalkEdge(models.Model):
    """One relation, read from left to right: *from* is a subset of *to*.

    Items are named by profile identifier and code, so that a relation outlives a profile version.
    """

    class Relation(models.TextChoices):
        EQUAL = "equal", _("the same")
        SUBSET = "subset", _("is contained in")
        SUPERSET = "superset", _("contains")
        INTERSECTS = "intersects", _("overlaps with")

    crosswalk = models.ForeignKey(Crosswalk, on_delete=models.CASCADE, related_name="edges")
    from_profile = models.SlugField(max_length=80)
    from_code = models.CharField(max_length=40)
    relation = models.CharField(max_length=12, choices=Relation.choices)
    to_profile = models.SlugField(max_length=80)
    to_code = models.CharField(max_length=40)
    rationale = models.TextField(blank=True)
    # Where the relation was read, when that differs from the set's own source.
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("relation of a crosswalk")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["crosswalk", "from_profile", "from_code", "to_profile", "to_code"],
                name="crosswalk_edge_once",
            ),
            models.CheckConstraint(
                name="crosswalk_edge_leads_elsewhere",
                condition=~Q(from_profile=F("to_profile"), from_code=F("to_code")),
            ),
        ]
        indexes = [
            models.Index(fields=["from_profile", "from_code"], name="crosswalk_from"),
            models.Index(fields=["to_profile", "to_code"], name="crosswalk_to"),
        ]

    def __str__(self) -> str:
        return (
            f"{self.from_profile}:{self.from_code} {self.relation} {self.to_profile}:{self.to_code}"
        )
