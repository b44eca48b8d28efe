"""How work goes on. Written by compare-and-set on state and attempt in `services` and `sweeper`."""

from compliance.jobs.models import State
from compliance.shared import states

MOVES = {
    State.QUEUED: {State.RUNNING, State.CANCELLED, State.FAILED},
    # Back to queued: the worker died, was stopped, or met a passing fault.
    State.RUNNING: {State.DONE, State.FAILED, State.CANCELLED, State.QUEUED},
    State.DONE: set(),
    State.FAILED: set(),
    State.CANCELLED: set(),
}
states.register("job", State, MOVES)
