"""Where a packet can go. Built is the end: the same freeze gives the same bytes."""

from compliance.packets.models import SignatureState, State
from compliance.shared import states

MOVES = {
    State.QUEUED: {State.BUILDING, State.FAILED},
    # Again to itself: a job that was killed begins from the start.
    State.BUILDING: {
        State.BUILDING,
        State.BUILT,
        State.FAILED,
        State.INCOMPLETE,
        State.QUEUED,
    },
    State.FAILED: {State.QUEUED, State.BUILDING},
    # What was missing may have been restored.
    State.INCOMPLETE: {State.QUEUED, State.BUILDING},
    State.BUILT: set(),
}

states.register("packet", State, MOVES)

# A row begins signed or declined, so there is nothing to draw; it only ever ends.
SIGNATURE_MOVES = {
    SignatureState.SIGNED: {SignatureState.WITHDRAWN},
    SignatureState.DECLINED: {SignatureState.WITHDRAWN},
    SignatureState.WITHDRAWN: set(),
}
