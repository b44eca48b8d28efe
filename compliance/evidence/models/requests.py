"""Requests for evidence (자료요청): who asks whom for what, until when."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compliance.accounts.models import Organisation, User
from compliance.evidence.models.evidence import Evidence
from compliance.requirements.limits import within
from compliance.requirements.models import EvidenceKind, Requirement


class RequestState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("request for evidence", "Requested")
    ANSWERED = "answered", pgettext_lazy("request for evidence", "Answered")
    ACCEPTED = "accepted", pgettext_lazy("request for evidence", "Accepted")
    CLOSED = "closed", pgettext_lazy("request for evidence", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("request for evidence", "Withdrawn")


OPEN_STATES = [RequestState.REQUESTED, RequestState.ANSWERED]


class EvidenceRequestQuerySet(models.QuerySet["EvidenceRequest"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(within(user))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def whole(self) -> Self:
        """With everything a page shows of a request."""
        related = ("requirement__profile", "owner", "asked_by", "answered_by", "ended_by")
        return self.select_related(*related).prefetch_related("kinds", "answers")


class EvidenceRequest(models.Model):
    """What somebody who reviews asks of an owner: kinds of evidence for a requirement, by a day."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="evidence_requests"
    )
    number = models.PositiveIntegerField(_("number"))
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="evidence_requests"
    )
    kinds = models.ManyToManyField(EvidenceKind, blank=True, related_name="+")
    text = models.TextField(_("what is asked for"), max_length=2000)
    due = models.DateField(_("due"))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=20, choices=RequestState.choices, default=RequestState.REQUESTED
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answers = models.ManyToManyField(Evidence, blank=True, related_name="requests")
    answered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=2000)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why it was sent back, closed or withdrawn.
    reason = models.TextField(blank=True, max_length=2000)
    reminded_on = models.DateField(null=True, blank=True)

    objects: ClassVar[EvidenceRequestQuerySet] = EvidenceRequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("request for evidence")
        ordering = ["due", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="request_number_once"),
            models.CheckConstraint(
                name="request_ended_at_and_by",
                condition=Q(
                    state__in=["requested", "answered"],
                    ended_at__isnull=True,
                    ended_by__isnull=True,
                )
                | Q(
                    state__in=["accepted", "closed", "withdrawn"],
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="request_answerer_does_not_accept",
                condition=~Q(state="accepted") | ~Q(ended_by=F("answered_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due"], name="requests_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.requirement.code}"

    @property
    def code(self) -> str:
        return f"RQ-{self.number:04}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES
