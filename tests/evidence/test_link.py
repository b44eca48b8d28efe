"""One evidence proves several requirements, each with a review of its own."""

import pytest

from compliance.evidence import services
from compliance.evidence.models import State
from compliance.shared.errors import Unauthorised


def test_the_other_requirement_has_its_own_review(accepted, srv01, bob):
    other = services.link(accepted.evidence, srv01, by=bob)
    accepted.refresh_from_db()
    assert (accepted.state, other.state) == (State.ACCEPTED, State.IN_REVIEW)


def test_repeated_it_returns_the_link_there_is(accepted, net03, bob):
    assert services.link(accepted.evidence, net03, by=bob) == accepted


def test_it_refuses_who_may_not(accepted, srv01, carol):
    with pytest.raises(Unauthorised):
        services.link(accepted.evidence, srv01, by=carol)
