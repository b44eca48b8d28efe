"""A packet survives its worker, ends when it is cancelled, and says when the disk is full."""

import pytest

from tests.packets import building_work
from tests.services.installation import BEAT, WORKER, Installation

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return building_work.prepared(tmp_path_factory.mktemp("killed"))


# While sections are compiled, while what was linked is signed, packed or verified, and when the packet
# has been kept but nobody was told.
@pytest.mark.parametrize("percent", [30, 82, 100])
def test_a_worker_killed_anywhere_costs_no_finished_section(
    installation: Installation, percent: int
) -> None:
    with installation.serving(WORKER, WORKER, BEAT):
        end = building_work.kill_at(installation, percent)
    assert (end["state"], end["job"], end["error"]) == ("built", "done", ""), end
    assert (end["built"], end["packets"]) == (1, 1)
    assert end["redone"] == []
    assert end["compiled"] <= end["sections"]
    assert end["left"] == []


def test_cancelling_ends_it_within_two_seconds(installation: Installation) -> None:
    """From the click to “cancelled”, and until nobody draws any more; nothing is half written."""
    with installation.serving(WORKER, WORKER) as workers:
        end = building_work.cancel_at(installation, 25, [each.pid for each in workers])
    assert end["job"] == "cancelled"
    assert end["took"] < 2
    assert end["stopped"] < 2
    assert (end["state"], end["blobs"], end["left"]) == ("failed", 0, [])
    assert end["later"] == end["kept"], "somebody went on"
    assert end["drafts"] == []


def test_two_workers_share_a_packet(installation: Installation) -> None:
    with installation.serving(WORKER, WORKER):
        end = building_work.kill_at(installation, 101)
    assert end["state"] == "built"
    assert end["compiled"] == end["sections"]
    assert 0 < end["helped"] < end["sections"]
