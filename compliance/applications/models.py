"""An application to a platform and its rounds."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.requirements.models import Platform, Profile


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("application", "Draft")
    INTERNAL_REVIEW = "internal_review", pgettext_lazy("application", "Internal review")
    LOCKED = "locked", pgettext_lazy("application", "Approved (locked)")
    SUBMITTED = "submitted", pgettext_lazy("application", "Submitted")
    RECEIVED = "received", pgettext_lazy("application", "Received")
    IN_REVIEW = "in_review", pgettext_lazy("application", "Under review")
    CHANGES_REQUESTED = "changes_requested", pgettext_lazy("application", "Supplement requested")
    RESUBMITTED = "resubmitted", pgettext_lazy("application", "Resubmitted")
    APPROVED = "approved", pgettext_lazy("application", "Integration approved")
    REFUSED = "refused", pgettext_lazy("application", "Integration not possible")
    CANCELLED = "cancelled", pgettext_lazy("application", "Withdrawn")


OPEN_STATES = [
    state for state in State if state not in {State.APPROVED, State.REFUSED, State.CANCELLED}
]


def together(name: str, *fields: str) -> models.CheckConstraint:
    """All of *fields* are set, or none is."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    all_ = Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(name=name, condition=none | all_)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> Self:
        mine = Membership.objects.active().filter(user_id=user.pk).values("organisation_id")
        return self.filter(organisation_id__in=mine)


class Application(models.Model):
    """One attempt of the organisation to be integrated by a platform (연동 신청)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="applications"
    )
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="applications")
    number = models.CharField(_("application number"), max_length=20)
    serial = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    service_overview = models.TextField(_("service overview"), blank=True, max_length=50_000)
    integration_overview = models.TextField(
        _("integration overview"), blank=True, max_length=50_000
    )
    scope_in = models.TextField(_("in scope"), blank=True, max_length=20_000)
    scope_out = models.TextField(_("out of scope, with reasons"), blank=True, max_length=20_000)
    traffic = models.TextField(_("expected traffic"), blank=True, max_length=5_000)
    contact_name = models.CharField(_("contact person"), max_length=100, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=40, blank=True)
    receipt_number = models.CharField(_("receipt number"), max_length=60, blank=True)
    decision_note = models.TextField(_("the platform's words"), blank=True, max_length=20_000)
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApplicationQuerySet] = ApplicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("application")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"], name="application_number_once"
            ),
            models.CheckConstraint(
                name="application_closed_when_over",
                condition=Q(closed_at__isnull=True, state__in=OPEN_STATES)
                | (Q(closed_at__isnull=False) & ~Q(state__in=OPEN_STATES)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def platform(self) -> Platform:
        return self.profile.platform

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def current_round(self) -> "Round":
        """The newest round; there is always one."""
        return self.rounds.select_related("prepared_by", "reviewed_by", "approved_by").latest(
            "number"
        )


class Round(models.Model):
    """One submission of an application (차수): what was signed, frozen and sent."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    opened_at = models.DateTimeField(default=timezone.now)
    # The day that the packet speaks of; set by freezing.
    as_of = models.DateTimeField(_("as of"), null=True, blank=True)
    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prepared_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    frozen_at = models.DateTimeField(null=True, blank=True)
    # Why it goes out with open blockers, in the words of who froze it. Printed in the packet.
    gaps_reason = models.TextField(_("declared gaps"), blank=True, max_length=5_000)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # What the platform asked for after this round (보완요청).
    requested_changes = models.TextField(_("changes requested"), blank=True, max_length=20_000)

    class Meta:
        verbose_name = _("round")
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="round_number_once"),
            together("round_prepared_together", "prepared_by", "prepared_at"),
            together("round_reviewed_together", "reviewed_by", "reviewed_at"),
            together("round_approved_together", "approved_by", "approved_at"),
            together("round_frozen_together", "frozen_by", "frozen_at", "as_of"),
            models.CheckConstraint(
                name="round_not_approved_by_preparer",
                condition=Q(approved_by__isnull=True)
                | Q(prepared_by__isnull=True)
                | ~Q(approved_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="round_not_reviewed_by_preparer",
                condition=Q(reviewed_by__isnull=True)
                | Q(prepared_by__isnull=True)
                | ~Q(reviewed_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="round_sent_only_frozen",
                condition=Q(submitted_at__isnull=True) | Q(frozen_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.number} #{self.number}"

    @property
    def organisation_id(self) -> int:
        return self.application.organisation_id

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None
