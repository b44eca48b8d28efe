from compliance.accounts import clocks
from compliance.remediation import moves
from compliance.remediation.models import State
from compliance.remediation.states import MOVES, STEPS
from compliance.shared import states
from compliance.shared.severity import Severity


def test_the_table_speaks_of_every_state():
    assert set(MOVES) == set(State)
    assert states.machines["task"].moves is MOVES


def test_every_state_leads_on():
    assert all(MOVES[state] for state in State)


def test_only_a_verified_task_is_closed():
    assert {state for state in State if State.CLOSED in MOVES[state]} == {State.VERIFYING}


def test_no_button_takes_a_state_back():
    """These arrows have a way and a rule of their own."""
    apart = {(old, new) for old in State for new in MOVES[old] - STEPS[old]}
    assert apart == {
        ("registered", "fixed"),
        ("in_progress", "registered"),
        ("in_progress", "planned"),
        ("verifying", "fixed"),
        ("closed", "verifying"),
    }


def test_every_state_offers_a_button():
    assert set(moves.OFFERED) == set(State)


def test_every_severity_has_its_clock():
    assert set(clocks.DEFAULT_DAYS) == set(Severity)
