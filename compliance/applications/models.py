"""An application to a platform and its rounds."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Membership, Organisation, User
from compliance.evidence.models import Evidence
from compliance.requirements.limits import whole
from compliance.requirements.models import Platform, Profile, Requirement


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


# So many days before its end an approval is shown as running out.
EXPIRING_DAYS = 60


class Kind(models.TextChoices):
    """Why an application is made."""

    INITIAL = "initial", pgettext_lazy("application", "First application")
    RENEWAL = "renewal", pgettext_lazy("application", "Renewal")
    CHANGE = "change", pgettext_lazy("application", "Major change")


class Review(models.TextChoices):
    """How much of the profile is reviewed."""

    FULL = "full", pgettext_lazy("application", "All requirements")
    TARGETED = "targeted", pgettext_lazy("application", "Only the affected requirements")


def together(name: str, *fields: str) -> models.CheckConstraint:
    """All of *fields* are set, or none is."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    all_ = Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(name=name, condition=none | all_)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(whole(user) | Q(Exists(_limits_of(user))))

    def opened_to(self, user: User) -> Self:
        """The one application of each membership of the person that is limited to it."""
        return self.filter(Exists(_limits_of(user)))


def _limits_of(user: User) -> models.QuerySet[Membership]:
    return Membership.objects.limited().filter(
        user_id=user.pk, organisation_id=OuterRef("organisation_id"), limited_to=OuterRef("pk")
    )


class Application(models.Model):
    """One attempt of the organisation to be integrated by a platform (연동 신청)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="applications"
    )
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(
        _("occasion"), max_length=20, choices=Kind.choices, default=Kind.INITIAL
    )
    review = models.CharField(
        _("extent of the review"), max_length=20, choices=Review.choices, default=Review.FULL
    )
    # The approved application that this one renews or changes.
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    change_note = models.TextField(_("what changed"), blank=True, max_length=20_000)
    # With a targeted review: the requirements that the change touches.
    targets = models.ManyToManyField(Requirement, blank=True, related_name="+")
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
    personal_data = models.TextField(_("flow of personal data"), blank=True, max_length=20_000)
    network_diagram = models.ForeignKey(
        Evidence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("network diagram"),
    )
    data_flow_diagram = models.ForeignKey(
        Evidence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("data-flow diagram"),
    )
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
    # How long the platform's approval holds.
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

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
            models.CheckConstraint(
                name="application_follows_one_unless_first",
                condition=Q(kind="initial", follows__isnull=True)
                | (~Q(kind="initial") & Q(follows__isnull=False)),
            ),
            together("application_valid_together", "valid_from", "valid_until"),
            models.CheckConstraint(
                name="application_valid_only_approved",
                condition=Q(valid_until__isnull=True) | Q(state="approved"),
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
    def is_targeted(self) -> bool:
        """Only the requirements that a change touches are reviewed."""
        return self.review == Review.TARGETED

    @property
    def days_left(self) -> int | None:
        """Days that the approval still holds; 0 on its last day, negative when it is over."""
        return (self.valid_until - timezone.localdate()).days if self.valid_until else None

    @property
    def validity(self) -> str:
        """Return "" without an approval that ends, else valid, expiring or expired."""
        if (left := self.days_left) is None:
            return ""
        if left < 0:
            return "expired"
        return "expiring" if left <= EXPIRING_DAYS else "valid"

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
    # The representative's pledge (확인서): the words that were signed, by whom.
    attestation = models.TextField(_("pledge"), blank=True, max_length=5_000)
    attested_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    attested_at = models.DateTimeField(null=True, blank=True)
    # Until when the platform waits for the changes that it asked for.
    changes_due = models.DateField(_("answer due"), null=True, blank=True)
    # The day on which it asked; the windows for the supplement count from it.
    changes_requested_on = models.DateField(null=True, blank=True)
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
            together("round_attested_together", "attested_by", "attested_at"),
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


class ScopeItem(models.Model):
    """A service, system or sister company, declared in or out of the application's scope."""

    class Kind(models.TextChoices):
        SERVICE = "service", pgettext_lazy("scope", "Service")
        SYSTEM = "system", pgettext_lazy("scope", "System")
        COMPANY = "company", pgettext_lazy("scope", "Company")

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="scope_items"
    )
    order = models.PositiveIntegerField(default=0)
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    # Who runs it, when that is another legal entity than the applicant.
    legal_entity = models.CharField(_("run by"), max_length=200, blank=True)
    included = models.BooleanField(_("in scope"), default=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2_000)

    class Meta:
        verbose_name = _("item of the scope")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="out_of_scope_has_reason", condition=Q(included=True) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReceivedVerdict(models.Model):
    """The platform's word on one requirement after one round (심사 판정); never our own."""

    class Verdict(models.TextChoices):
        MET = "met", pgettext_lazy("platform verdict", "Met")
        SUPPLEMENT = "supplement", pgettext_lazy("platform verdict", "Supplement requested")
        NOT_MET = "not_met", pgettext_lazy("platform verdict", "Not met")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("platform verdict", "Not applicable")
        INCONCLUSIVE = "inconclusive", pgettext_lazy("platform verdict", "Inconclusive")

    # What the next round has to answer.
    ASKING: ClassVar[list[str]] = ["supplement", "not_met", "inconclusive"]

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="verdicts")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    words = models.TextField(_("the platform's words"), blank=True, max_length=20_000)
    due = models.DateField(_("answer due"), null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    # Our reply, that the next round carries.
    answer = models.TextField(_("answer"), blank=True, max_length=20_000)
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("verdict of the platform")
        ordering = ["requirement__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "requirement"], name="one_platform_verdict_each"
            ),
            models.CheckConstraint(
                name="asking_verdict_has_words",
                condition=Q(verdict__in=["met", "not_applicable"]) | ~Q(words=""),
            ),
            together("received_answered_together", "answered_by", "answered_at"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.requirement.code}"

    @property
    def organisation_id(self) -> int:
        return self.round.application.organisation_id

    @property
    def asks(self) -> bool:
        return self.verdict in self.ASKING
