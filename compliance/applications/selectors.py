"""Reads that are more than one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation
from compliance.applications.models import (
    EXPIRING_DAYS,
    Application,
    ReceivedVerdict,
    Round,
    State,
)

# The way of an application as the page draws it; changes and resubmission loop around the review.
STEPS = [
    State.DRAFT,
    State.INTERNAL_REVIEW,
    State.LOCKED,
    State.SUBMITTED,
    State.RECEIVED,
    State.IN_REVIEW,
    State.APPROVED,
]
# Which step a state off the straight way is drawn at.
SHOWN_AT = {
    State.CHANGES_REQUESTED: State.IN_REVIEW,
    State.RESUBMITTED: State.SUBMITTED,
    State.REFUSED: State.APPROVED,
    State.CANCELLED: State.APPROVED,
}

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    done: bool
    current: bool


def steps(application: Application) -> list[Step]:
    """The stepper of *application*: where it is, in the words of its state."""
    state = State(application.state)
    here = STEPS.index(SHOWN_AT.get(state, state))
    return [
        Step(str(state.label if index == here else step.label), index < here, index == here)
        for index, step in enumerate(STEPS)
    ]


def names(organisation_id: int) -> dict[int, str]:
    """{key: number and title} of an organisation's applications, the newest first."""
    rows = Application.objects.filter(organisation_id=organisation_id)
    return {
        pk: f"{number} {title}" for pk, number, title in rows.values_list("pk", "number", "title")
    }


def open_application(organisation: Organisation) -> Application | None:
    """The newest application that is not over: what the dashboard speaks of."""
    rows = Application.objects.filter(organisation=organisation, closed_at__isnull=True)
    return rows.select_related("profile__platform", "organisation").first()


def current_round(application: Application) -> Round:
    """The newest round, kept on *application* until it moves on to another one."""
    kept: tuple[str, Round] | None = application.__dict__.get("_current_round")
    if kept is None or kept[0] != application.state:
        round_ = application.current_round
        round_.application = application
        kept = application.__dict__["_current_round"] = (application.state, round_)
    return kept[1]


def former_round(application: Application, round_: Round) -> Round | None:
    """The last round before *round_* that was sent, whose verdicts *round_* answers."""
    if round_.number == 1:
        return None
    rows = application.rounds.filter(number__lt=round_.number, submitted_at__isnull=False)
    found = rows.order_by("-number").first()
    if found is not None:
        found.application = application
    return found


def asked_in(round_: Round) -> list[ReceivedVerdict]:
    """The verdicts of *round_* that ask for something, in the profile's order."""
    rows = round_.verdicts.filter(verdict__in=ReceivedVerdict.ASKING)
    found = list(
        rows.select_related("requirement__area", "answered_by").order_by(
            "requirement__area__order", "requirement__order"
        )
    )
    for each in found:
        each.round = round_
    return found


def others_open(application: Application) -> QuerySet[Application]:
    """Other attempts at the same platform that are not over."""
    rows = Application.objects.filter(
        organisation_id=application.organisation_id,
        closed_at__isnull=True,
        profile__platform_id=application.profile.platform_id,
    )
    return rows.exclude(pk=application.pk).select_related("organisation")


def running_out(organisation: Organisation) -> list[Application]:
    """Approvals that end soon or have ended, and that no newer approval follows."""
    until = timezone.localdate() + timedelta(days=EXPIRING_DAYS)
    rows = Application.objects.filter(
        organisation=organisation, state=State.APPROVED, valid_until__lte=until
    ).exclude(followed_by__state=State.APPROVED)
    return list(rows.select_related("profile__platform", "organisation").order_by("valid_until"))


def last_verdicts(
    organisation: Organisation, requirement_ids: Iterable[int]
) -> list[ReceivedVerdict]:
    """What the platform said of these requirements, the newest word first."""
    rows = ReceivedVerdict.objects.filter(
        round__application__organisation=organisation, requirement_id__in=list(requirement_ids)
    )
    related = rows.select_related("round__application", "entered_by", "answered_by", "requirement")
    return list(related.order_by("-entered_at", "-pk"))


def verdicts_of(round_: Round) -> list[ReceivedVerdict]:
    """Everything that the platform said after *round_*."""
    found = list(round_.verdicts.select_related("requirement__area", "answered_by"))
    for each in found:
        each.round = round_
    return found


def verdict_counts(round_: Round) -> list[tuple[str, str, int]]:
    """(verdict, label, number) of what the platform said, in the order of the choices."""
    numbers = dict(round_.verdicts.order_by().values_list("verdict").annotate(number=Count("pk")))
    choices = ReceivedVerdict.Verdict.choices
    return [(key, str(label), numbers[key]) for key, label in choices if key in numbers]


class Counts(TypedDict):
    said: int
    asked_for: int


def rounds(application: Application) -> "list[WithAnnotations[Round, Counts]]":
    """The rounds, the newest first, each with `said` and `asked_for`: its verdicts, and those that ask."""
    asking = Count("verdicts", filter=Q(verdicts__verdict__in=ReceivedVerdict.ASKING))
    rows = application.rounds.annotate(said=Count("verdicts"), asked_for=asking)
    people = rows.select_related("prepared_by", "reviewed_by", "approved_by", "attested_by")
    found = list(people.order_by("-number"))
    found[0].application = application
    application.__dict__["_current_round"] = (application.state, found[0])
    return found
