"""kill -9 of the worker costs seconds, not work. Real processes, a private database."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs.slow_work import ask_to_cancel, enqueue, lines, row
from tests.services.installation import BEAT, WORKER, Installation, until

SETTINGS = "tests.jobs.worker_settings"
pytestmark = [pytest.mark.services, pytest.mark.timeout(150)]


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Installation:
    made = Installation(tmp_path, settings=SETTINGS)
    made.migrate()
    return made


@pytest.fixture
def on_servers(tmp_path: Path, postgresql_url: str, redis_url: str) -> Installation:
    made = Installation(tmp_path, postgresql_url, redis_url, SETTINGS)
    made.migrate()
    return made


def pid_of(line: str) -> int:
    found = re.search(r"pid (\d+)", line)
    assert found
    return int(found[1])


def kill_while(
    installation: Installation, waiting_for: Callable[[list[str]], bool], **args: object
) -> tuple[list[str], dict[str, object]]:
    """Kill the worker when the work's notes satisfy *waiting_for*; return notes and row at the end."""
    notes = installation.folder / "notes"
    with installation.serving(WORKER, WORKER, BEAT):
        pk = enqueue(installation, file=str(notes), **args)
        until(lambda: waiting_for(lines(notes)), 40, "the work began")
        os.kill(pid_of(lines(notes)[-1]), signal.SIGKILL)
        until(lambda: any(line.startswith("end") for line in lines(notes)), 60, "the work ended")
        until(lambda: row(installation, pk)["state"] != "running", 10, "the row says so")
        return lines(notes), row(installation, pk)


@pytest.mark.parametrize("steps_seen", [1, 3, 6])
def test_a_worker_killed_between_steps_is_replaced(
    on_sqlite: Installation, steps_seen: int
) -> None:
    notes, end = kill_while(on_sqlite, lambda seen: len(seen) >= steps_seen, steps=6, pause=0.4)
    assert (end["state"], end["attempt"]) == ("done", 2)
    assert [line for line in notes if line.startswith("end")] == [notes[-1]]
    assert "end attempt 2" in notes[-1]


def test_silent_work_is_not_taken_for_dead(on_sqlite: Installation) -> None:
    notes = on_sqlite.folder / "notes"
    with on_sqlite.serving(WORKER, BEAT):
        pk = enqueue(on_sqlite, file=str(notes), steps=1, pause=0, silent=14)
        until(lambda: row(on_sqlite, pk)["state"] == "done", 60, "the work ended")
    assert row(on_sqlite, pk)["attempt"] == 1
    assert len(lines(notes)) == 2


def test_a_stopped_worker_hands_its_work_back_at_once(on_sqlite: Installation) -> None:
    notes = on_sqlite.folder / "notes"
    with on_sqlite.serving(WORKER) as (worker,):
        pk = enqueue(on_sqlite, file=str(notes), steps=100, pause=0.1)
        until(lambda: len(lines(notes)) > 3, 40, "the work began")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    kept = row(on_sqlite, pk)
    assert (kept["state"], kept["attempt"]) == ("queued", 1)


def test_a_worker_that_was_frozen_changes_nothing_when_it_wakes(on_sqlite: Installation) -> None:
    notes = on_sqlite.folder / "notes"
    with on_sqlite.serving(WORKER, WORKER, BEAT):
        pk = enqueue(on_sqlite, file=str(notes), steps=8, pause=0.5)
        until(lambda: len(lines(notes)) >= 2, 40, "the work began")
        frozen = pid_of(lines(notes)[0])
        os.kill(frozen, signal.SIGSTOP)
        until(lambda: row(on_sqlite, pk)["state"] == "done", 60, "the other worker ended it")
        os.kill(frozen, signal.SIGCONT)
        until(lambda: "another worker has it" in on_sqlite.log, 20, "the first one noticed")
        kept = row(on_sqlite, pk)
    assert (kept["state"], kept["attempt"], kept["result"]) == ("done", 2, {"attempt": 2})
    assert sum(line.startswith("end") for line in lines(notes)) == 1


def test_running_work_stops_when_asked(on_sqlite: Installation) -> None:
    notes = on_sqlite.folder / "notes"
    with on_sqlite.serving(WORKER):
        pk = enqueue(on_sqlite, file=str(notes), steps=200, pause=0.1)
        until(lambda: len(lines(notes)) >= 2, 40, "the work began")
        ask_to_cancel(on_sqlite, pk)
        until(lambda: row(on_sqlite, pk)["state"] == "cancelled", 10, "the work stopped")
    assert not any(line.startswith("end") for line in lines(notes))


def test_a_killed_worker_is_replaced_on_postgresql_and_redis(on_servers: Installation) -> None:
    notes, end = kill_while(on_servers, lambda seen: len(seen) >= 2, steps=6, pause=0.4)
    assert (end["state"], end["attempt"]) == ("done", 2)
    assert "end attempt 2" in notes[-1]
