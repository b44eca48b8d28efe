"""How an import goes on. What is over stays over: a second profile needs a second upload."""

from compliance.exchange.models import State
from compliance.shared import states

MOVES = {
    State.DRAFT: {State.PUBLISHED, State.DISCARDED},
    State.PUBLISHED: set(),
    State.DISCARDED: set(),
}
states.register("profile_import", State, MOVES)
