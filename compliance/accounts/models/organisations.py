"""Organisations and the people in them. All data belongs to exactly one organisation."""

import re
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compliance.accounts.roles import CAPABILITIES, LIMITABLE, WITHIN_A_LIMIT, Capability, Role
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


class PersonName(models.CharField):  # type: ignore[type-arg]
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
    def standing(self) -> Self:
        """Those that nobody ended, even when their last day is over: it can be moved."""
        return self.filter(ended_at__isnull=True, user__is_active=True)

    def active(self) -> Self:
        """Those that hold now: not ended by anybody, nor by their last day being over."""
        not_over = models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=timezone.localdate())
        return self.standing().filter(not_over)

    def whole(self) -> Self:
        """Those that see the whole organisation: not limited to one application."""
        return self.active().filter(limited_to__isnull=True)

    def limited(self) -> Self:
        return self.active().filter(limited_to__isnull=False)

    def people(self) -> Self:
        """Those who can be given work: no service accounts, nobody who sees one application alone."""
        return self.whole().filter(user__is_machine=False)

    def known_to(self, membership: "Membership") -> Self:
        """Whom a member meets; who sees one application alone meets nobody of another one."""
        if not membership.is_limited:
            return self.active()
        of_both = models.Q(limited_to__isnull=True) | models.Q(limited_to=membership.limited_to)
        return self.active().filter(of_both)


class Membership(models.Model):
    """A person's role in an organisation. Ending it takes effect on the next request.

    `ends_on` is the last day (inclusive, Asia/Seoul unless set otherwise); no job has to run.
    `limited_to` is the key of the one application that an auditor or viewer sees. It is opaque
    here: applications are a room above. It denies; what it opens is for the rooms to say.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    limited_to = models.PositiveBigIntegerField(_("limited to"), null=True, blank=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("member")
        ordering = ["user__name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_role_each"),
            models.CheckConstraint(
                name="limited_roles_only_read_or_review",
                condition=models.Q(limited_to__isnull=True)
                | models.Q(role__in=sorted(str(role.value) for role in LIMITABLE)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def audit_person(self) -> User | None:
        """Whom an entry about this membership names."""
        return self.user if self.user.is_person else None

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def is_limited(self) -> bool:
        return self.limited_to is not None

    @property
    def capabilities(self) -> frozenset[Capability]:
        granted = CAPABILITIES[Role(self.role)]
        return granted & WITHIN_A_LIMIT if self.is_limited else granted

    def includes(self, capability: Capability) -> bool:
        return capability in self.capabilities


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> Self:
        """A person's own filters, and those shared in the organisations they see whole."""
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        whole = Membership.objects.whole().filter(user_id=user.pk).values("organisation_id")
        shared = models.Q(shared=True, organisation_id__in=whole)
        return self.filter(shared | models.Q(user=user, organisation_id__in=mine))


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
