"""What a person has to do and what waits, in a handful of queries however much it is."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.accounts.policies import can
from compliance.accounts.roles import Capability
from compliance.evidence import selectors as evidence_room
from compliance.evidence.models import EvidenceLink
from compliance.remediation.boards import with_blocked
from compliance.remediation.models import (
    OPEN_STATES,
    TO_DO,
    TO_VERIFY,
    Decision,
    Dependency,
    DueExtension,
    DutyOccurrence,
    DutySeries,
    RiskAcceptance,
    State,
    Task,
)

SHOWN = 30
AHEAD = timedelta(days=7)
# A duty is shown to who answers for it this long before its day.
DUTY_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """One's own tasks of one stretch of time: the first ones, and how many there are."""

    key: str
    count: int
    tasks: list[Task]

    @property
    def more(self) -> int:
        return self.count - len(self.tasks)


@dataclass(slots=True)
class Requests:
    """Extensions and acceptances: those this person may decide, and those they asked for."""

    to_decide: "list[DueExtension | RiskAcceptance]" = field(default_factory=list)
    asked: "list[DueExtension | RiskAcceptance]" = field(default_factory=list)


def due(organisation: Organisation, user: User) -> list[Due]:
    """Late, today, the next seven days and later, each with its tasks. Two queries."""
    today = timezone.localdate()
    mine = Task.objects.filter(organisation=organisation, assignee_id=user.pk, state__in=TO_DO)
    spans = {
        "late": Q(due__lt=today),
        "today": Q(due=today),
        "week": Q(due__gt=today, due__lte=today + AHEAD),
        "later": Q(due__gt=today + AHEAD),
    }
    counts = mine.aggregate(**{key: Count("pk", filter=span) for key, span in spans.items()})
    near = mine.filter(due__lte=today + AHEAD).order_by("due", "priority", "pk")
    found: dict[str, list[Task]] = {key: [] for key in spans}
    for task in with_blocked(near)[: 3 * SHOWN]:
        kept = found[_span(task.due, today)]
        if len(kept) < SHOWN:
            kept.append(task)
    return [Due(key, counts[key], found[key]) for key in spans]


def _span(day: date, today: date) -> str:
    if day < today:
        return "late"
    return "today" if day == today else "week"


def to_verify(organisation: Organisation, user: User) -> list[Task]:
    """Fixes that this person may confirm or close (이행점검), the longest waiting first."""
    states = []
    if can(user, organisation, Capability.EVIDENCE_REVIEW):
        states = [State.FIXED]
    if can(user, organisation, Capability.TASK_MANAGE):
        states = TO_VERIFY
    if not states:
        return []
    rows = Task.objects.filter(organisation=organisation, state__in=states)
    own = Q(state=State.FIXED, fixed_by_id=user.pk, finding__isnull=True)
    return list(with_blocked(rows.exclude(own)).order_by("due", "pk")[:SHOWN])


def in_verification(organisation: Organisation, user: User) -> list[Task]:
    """One's own fixes that somebody else has to look at."""
    rows = Task.objects.filter(organisation=organisation, assignee_id=user.pk, state__in=TO_VERIFY)
    return list(with_blocked(rows).order_by("due", "pk")[:SHOWN])


def requests(organisation: Organisation, user: User) -> Requests:
    """Two queries: one for extensions and one for acceptances."""
    found = Requests()
    kinds: tuple[tuple[type[DueExtension] | type[RiskAcceptance], Capability], ...] = (
        (DueExtension, Capability.TASK_MANAGE),
        (RiskAcceptance, Capability.RISK_ACCEPT),
    )
    for model, capability in kinds:
        rows = model._default_manager.filter(
            task__organisation=organisation, state=Decision.ASKED
        ).select_related("task", "asked_by")
        if not can(user, organisation, capability):
            rows = rows.filter(asked_by=user)
        for each in rows.order_by("asked_at")[:SHOWN]:
            own = each.asked_by_id == user.pk
            (found.asked if own else found.to_decide).append(each)
    return found


def duties(organisation: Organisation, user: User) -> list[DutyOccurrence]:
    """Evidence that is asked of this person: periods that are not done, gaps first."""
    rows = DutyOccurrence.objects.filter(
        series__organisation=organisation,
        series__responsible=user,
        series__state=DutySeries.State.ACTIVE,
        done_at__isnull=True,
        skipped=False,
        due__lte=timezone.localdate() + DUTY_AHEAD,
    )
    return list(rows.select_related("series").order_by("due")[:SHOWN])


def reviews(organisation: Organisation, user: User) -> list[EvidenceLink]:
    """Evidence that waits for this person's review."""
    if not can(user, organisation, Capability.EVIDENCE_REVIEW):
        return []
    rows = evidence_room.queue(organisation, user).exclude(submitted_by=user)
    return list(rows.select_related("evidence", "requirement", "submitted_by")[:SHOWN])


@dataclass(slots=True)
class Waits:
    """Dependencies around one's tasks: what they wait for, and what waits for them."""

    blocked: list[Dependency] = field(default_factory=list)
    blocking: list[Dependency] = field(default_factory=list)


def waits(organisation: Organisation, user: User) -> Waits:
    """One query."""
    mine = Q(blocked__assignee=user) | Q(blocker__assignee=user)
    rows = Dependency.objects.filter(
        mine,
        blocked__organisation=organisation,
        blocked__state__in=OPEN_STATES,
        blocker__state__in=OPEN_STATES,
    )
    found = Waits()
    for each in rows.select_related("blocked", "blocker__assignee", "blocked__assignee")[:100]:
        if each.blocked.assignee_id == user.pk:
            found.blocked.append(each)
        else:
            found.blocking.append(each)
    return found
