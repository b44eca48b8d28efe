"""How an application goes on. Written by `states.move`, one verb an arrow."""

from compliance.applications.models import State
from compliance.shared import states

MOVES = {
    State.DRAFT: {State.INTERNAL_REVIEW, State.LOCKED, State.CANCELLED},
    State.INTERNAL_REVIEW: {State.DRAFT, State.LOCKED, State.CANCELLED},
    # Back to draft: the frozen round was not sent, the next one is opened.
    State.LOCKED: {State.SUBMITTED, State.RESUBMITTED, State.DRAFT, State.CANCELLED},
    State.SUBMITTED: {State.RECEIVED, State.CANCELLED},
    State.RECEIVED: {State.IN_REVIEW, State.CANCELLED},
    State.IN_REVIEW: {
        State.CHANGES_REQUESTED,
        State.APPROVED,
        State.REFUSED,
        State.CANCELLED,
    },
    # To draft: the next round is opened.
    State.CHANGES_REQUESTED: {State.DRAFT, State.REFUSED, State.CANCELLED},
    State.RESUBMITTED: {State.IN_REVIEW, State.CANCELLED},
    State.APPROVED: set(),
    State.REFUSED: set(),
    State.CANCELLED: set(),
}
states.register("application", State, MOVES)
