import pytest
from django.utils import timezone

from compliance.jobs.models import Job, State
from compliance.jobs.states import MOVES
from compliance.shared import states
from compliance.shared.errors import Conflict, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetched() -> Job:
    """A row as the database gives it: its state is a bare string."""
    Job.objects.create(kind="test.any")
    return Job.objects.get()


def test_it_writes_state_and_columns(fetched) -> None:
    states.move(fetched, MOVES, State.CANCELLED, finished_at=timezone.now())
    assert Job.objects.get().state == State.CANCELLED


def test_a_move_outside_the_table_is_refused_with_both_names(fetched, in_english) -> None:
    with pytest.raises(Refused, match="“Waiting” now and cannot become “Done”"):
        states.move(fetched, MOVES, State.DONE)


def test_somebody_faster_makes_it_a_conflict(fetched) -> None:
    Job.objects.update(state=State.RUNNING)
    with pytest.raises(Conflict):
        states.move(fetched, MOVES, State.CANCELLED, finished_at=timezone.now())
