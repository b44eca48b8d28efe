"""The review of a link, a request for evidence and an archive on its way in, as tables."""

from compliance.evidence.models import IntakeState, RequestState, State
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

_R = RequestState
REQUEST_MOVES = {
    _R.REQUESTED: {_R.ANSWERED, _R.CLOSED, _R.WITHDRAWN},
    # Back: the answer is not what was asked for.
    _R.ANSWERED: {_R.REQUESTED, _R.ACCEPTED, _R.CLOSED, _R.WITHDRAWN},
    _R.ACCEPTED: set(),
    _R.CLOSED: set(),
    _R.WITHDRAWN: set(),
}
states.register("evidence_request", RequestState, REQUEST_MOVES)

_I = IntakeState
INTAKE_MOVES = {
    _I.READING: {_I.PREVIEW, _I.DISCARDED},
    _I.PREVIEW: {_I.APPLIED, _I.DISCARDED},
    _I.APPLIED: set(),
    _I.DISCARDED: set(),
}
states.register("intake", IntakeState, INTAKE_MOVES)
