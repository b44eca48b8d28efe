"""Organisations and the people in them. All data belongs to exactly one organisation."""

import re
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.roles import CAPABILITIES, Capability, Role
from compliance.audit import aliases, opening
from compliance.shared.severity import Severity


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(memberships__in=Membership.objects.active().filter(user_id=user.pk))


class DayCount(models.TextChoices):
    """Which days count towards a deadline."""

    CALENDAR = "calendar", _("Calendar days")
    WORKING = "working", _("Working days")


class Organisation(models.Model):
    """A legal entity that applies (조직)."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    business_number = models.CharField(_("business registration number"), max_length=20, blank=True)
    representative = models.CharField(_("representative"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    task_threshold = models.CharField(
        _("findings from this severity up become tasks"),
        max_length=10,
        choices=Severity.choices,
        default=Severity.HIGH,
    )
    day_count = models.CharField(
        _("days of a deadline"),
        max_length=10,
        choices=DayCount.choices,
        default=DayCount.CALENDAR,
    )
    second_factor_required = models.BooleanField(_("members need a second factor"), default=False)
    idle_minutes = models.PositiveSmallIntegerField(_("minutes without use"), default=60)
    session_hours = models.PositiveSmallIntegerField(_("hours after signing in"), default=12)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("organisation")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SeverityDays(models.Model):
    """Days that an organisation gives itself for a gap of one severity; `day_count` says which."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="severity_days"
    )
    severity = models.CharField(max_length=10, choices=Severity.choices)
    days = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("days for a severity")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "severity"], name="severity_days_once"),
            models.CheckConstraint(
                name="severity_days_sensible", condition=models.Q(days__gte=1, days__lte=3650)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.severity}: {self.days}"


class ClosingDay(models.Model):
    """A day on which the organisation does not work although it is no public holiday."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="closing_days"
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("reason"), max_length=100)

    class Meta:
        verbose_name = _("closing day")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "day"], name="closing_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\uf8fd]+")


def one_line(name: str) -> str:
    """A name as it may stand in a log: no line breaks, no signs that turn the text around."""
    return " ".join(_CONTROL.sub(" ", name).split())


ERASED = aliases.MARK


class PersonName(opening.Text):
    """The name, or of somebody erased (`ERASED` and the number) what readers see in its place."""

    def from_db_value(self, value: Any, *args: Any) -> Any:
        gone = isinstance(value, str) and value.startswith(ERASED)
        return opening.pseudonym(int(value.removeprefix(ERASED))) if gone else value

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.name = one_line(user.name)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. What they may do hangs on their memberships, never on the person."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = PersonName(_("name"), max_length=100)
    title = models.CharField(_("position"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=5, default="ko")
    is_active = models.BooleanField(_("may sign in"), default=True)
    # A service account: acts by its tokens alone and never signs in.
    is_machine = models.BooleanField(_("service account"), default=False)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_name(self) -> str:
        """Told to the audit log, so that its entries speak when the person is gone."""
        return f"{self.name} <{self.email}>"

    @property
    def is_person(self) -> bool:
        """Whose name in the audit log can be erased; a machine has none of its own."""
        return not self.is_machine


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(ended_at__isnull=True, user__is_active=True)

    def people(self) -> Self:
        """Those who can be given work: not the service accounts."""
        return self.active().filter(user__is_machine=False)


class Membership(models.Model):
    """A person's role in an organisation. Ending it takes effect on the next request."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("member")
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_role_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def audit_person(self) -> User | None:
        """Whom an entry about this membership names."""
        return self.user if self.user.is_person else None

    def includes(self, capability: Capability) -> bool:
        return capability in CAPABILITIES[Role(self.role)]


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> Self:
        """A person's own filters, and those shared in their organisations."""
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(models.Q(user=user) | models.Q(shared=True), organisation_id__in=mine)


class SavedFilter(models.Model):
    """A list's filters under a name: the query of its address, so that it can also be sent."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="saved_filters"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    # The URL name of the list: requirements:list.
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(_("everybody in the organisation sees it"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[SavedFilterQuerySet] = SavedFilterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("saved filter")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "page", "name"], name="filter_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultFilter(models.Model):
    """The filter with which a person opens a list; it may be one that somebody else shares."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    filter = models.ForeignKey(SavedFilter, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        verbose_name = _("default filter")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "page"], name="default_filter_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.filter}"
