"""How a task goes on. Written by `states.move`, one verb an arrow."""

from compliance.remediation.models import State
from compliance.shared import states

_EXITS = {State.FALSE_POSITIVE, State.RISK_ACCEPTED, State.DISPUTED}

MOVES = {
    State.REGISTERED: {State.PLANNED, State.IN_PROGRESS, *_EXITS},
    State.PLANNED: {State.IN_PROGRESS, State.FIXED, *_EXITS},
    State.IN_PROGRESS: {State.FIXED, *_EXITS},
    # Back to in progress: the fix did not hold (재조치).
    State.FIXED: {State.VERIFYING, State.IN_PROGRESS},
    State.VERIFYING: {State.CLOSED, State.IN_PROGRESS},
    State.CLOSED: {State.IN_PROGRESS},
    State.FALSE_POSITIVE: {State.IN_PROGRESS},
    State.RISK_ACCEPTED: {State.IN_PROGRESS},
    State.DISPUTED: {State.IN_PROGRESS, State.FALSE_POSITIVE},
}
states.register("task", State, MOVES)
