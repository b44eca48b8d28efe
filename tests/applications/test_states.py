from compliance.applications import selectors
from compliance.applications.models import OPEN_STATES, Application, State
from compliance.applications.states import MOVES
from compliance.shared import states


def test_the_table_speaks_of_every_state():
    assert set(MOVES) == set(State)
    assert states.machines["application"].moves is MOVES


def test_what_is_over_leads_nowhere():
    assert {state for state in State if not MOVES[state]} == set(State) - set(OPEN_STATES)


def test_every_state_is_reached():
    assert set().union(*MOVES.values()) | {State.DRAFT} == set(State)


def test_every_state_has_its_place_in_the_stepper():
    for state in State:
        assert sum(step.current for step in selectors.steps(Application(state=state))) == 1
