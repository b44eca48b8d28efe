"""What the state of a task is called in a tracker, and back."""

from compliance.remediation.models import State
from compliance.trackers.adapters.github import CLOSED, NOT_PLANNED, OPEN
from compliance.trackers.models import Connection

_S = State
_DONE = (_S.FIXED, _S.VERIFYING, _S.CLOSED)
_BEGUN = (_S.IN_PROGRESS, _S.DISPUTED)
_TO_COME = (_S.REGISTERED, _S.PLANNED)
_DECIDED = (_S.FALSE_POSITIVE, _S.RISK_ACCEPTED)

DEFAULTS: dict[str, dict[str, str]] = {
    Connection.Kind.JIRA: {
        **dict.fromkeys(_TO_COME, "To Do"),
        **dict.fromkeys(_BEGUN, "In Progress"),
        **dict.fromkeys((*_DONE, *_DECIDED), "Done"),
    },
    Connection.Kind.GITHUB: {
        **dict.fromkeys((*_TO_COME, *_BEGUN), OPEN),
        **dict.fromkeys(_DONE, CLOSED),
        **dict.fromkeys(_DECIDED, NOT_PLANNED),
    },
}
# Where somebody in the portal has signed: no status of a tracker undoes that.
PROTECTED = frozenset({_S.VERIFYING, _S.CLOSED, *_DECIDED, _S.DISPUTED})


def wanted(connection: Connection, status: str, now: str) -> State | None:
    """Return the state that *status* asks of a task that is *now*; None when it asks nothing.

    Closing needs somebody to verify it here, so “done” there means fixed here, never more.
    """
    meant = {State(each) for each, name in connection.status_map.items() if name == status}
    if not meant or State(now) in meant:
        return None
    if meant & set(_DONE):
        return State.FIXED
    if meant & set(_BEGUN) or now == State.FIXED:
        return State.IN_PROGRESS
    return min(meant)
