"""The review of a link, as a table."""

from compliance.evidence.models import State
from compliance.shared import states

MOVES = {
    State.DRAFT: {State.IN_REVIEW},
    # Back to the beginning of the review: a new version came in.
    State.IN_REVIEW: {State.IN_REVIEW, State.ACCEPTED, State.RETURNED},
    State.ACCEPTED: {State.IN_REVIEW, State.EXPIRED},
    State.RETURNED: {State.IN_REVIEW},
    State.EXPIRED: {State.IN_REVIEW},
}
states.register("evidence", State, MOVES)
