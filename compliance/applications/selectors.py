"""Reads that are more than one line."""

from dataclasses import dataclass

from compliance.accounts.models import Organisation
from compliance.applications.models import Application, State

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


def open_application(organisation: Organisation) -> Application | None:
    """The newest application that is not over: what the dashboard speaks of."""
    rows = Application.objects.filter(organisation=organisation, closed_at__isnull=True)
    return rows.select_related("profile__platform", "organisation").first()
