"""The embedded broker loses nothing and delivers nothing twice."""

import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from compliance.jobs.spool import Spool

SPAWN = multiprocessing.get_context("spawn")
TRANSPORT = "compliance.jobs.spool:Transport"


def connect(folder: Path) -> Connection:
    return Connection(transport=TRANSPORT, transport_options={"folder": str(folder)})


def message(tag: str) -> dict[str, Any]:
    return {"body": tag, "properties": {"delivery_tag": tag}}


def write(folder: Path, first: int, count: int) -> None:
    with connect(folder) as connection, connection.channel() as channel:
        for number in range(first, first + count):
            body = channel.prepare_message(json.dumps(number), properties={"delivery_mode": 2})
            channel.basic_publish(body, exchange="", routing_key="work")


def read(folder: Path, seen: Path, stop: Path) -> None:
    """Take and acknowledge until *stop* exists and the queue is empty; *seen* gets each body."""
    with connect(folder) as connection, connection.channel() as channel, seen.open("w") as file:
        while True:
            ending = stop.exists()
            got = channel.basic_get("work")
            if got is None and ending:
                return
            if got is not None:
                file.write(f"{json.loads(got.body)}\n")
                channel.basic_ack(got.delivery_tag)


def take_and_wait(folder: Path, ready: Path) -> None:
    spool = Spool(folder)
    spool.take("work")
    ready.touch()
    time.sleep(60)


def wait_for(path: Path, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} did not appear in {seconds} s"
        time.sleep(0.02)


@pytest.mark.timeout(120)
def test_two_writers_and_two_readers_lose_none_of_2000_messages(tmp_path: Path) -> None:
    folder, stop = tmp_path / "spool", tmp_path / "stop"
    seen = [tmp_path / "seen-0", tmp_path / "seen-1"]
    readers = [SPAWN.Process(target=read, args=(folder, path, stop)) for path in seen]
    writers = [SPAWN.Process(target=write, args=(folder, first, 1000)) for first in (0, 1000)]
    for process in readers + writers:
        process.start()
    for process in writers:
        process.join()
    stop.touch()
    for process in readers:
        process.join()
    assert [process.exitcode for process in readers + writers] == [0, 0, 0, 0]
    counted = Counter(int(line) for path in seen for line in path.read_text().split())
    assert counted == Counter(range(2000))
    assert Spool(folder).size("work") == 0


def test_messages_come_in_the_order_they_were_written(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for tag in ("first", "second", "third"):
        spool.put("work", message(tag))
    assert [spool.take("work")["body"] for _ in range(3)] == ["first", "second", "third"]


def test_a_message_held_by_a_killed_process_comes_back(tmp_path: Path) -> None:
    folder, ready = tmp_path / "spool", tmp_path / "ready"
    spool = Spool(folder)
    spool.put("work", message("kept"))
    process = SPAWN.Process(target=take_and_wait, args=(folder, ready))
    process.start()
    wait_for(ready)
    assert spool.give_back_of_the_dead() == 0, "the process lives and holds its message"
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert spool.give_back_of_the_dead() == 1
    assert spool.take("work")["body"] == "kept"
    assert list((folder / "taken").iterdir()) == [spool._owner], "the dead one's folder is gone"


def test_an_acknowledged_message_does_not_come_back(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    first.put("work", message("a"))
    first.put("work", message("b"))
    first.take("work")
    first.take("work")
    first.done("a")
    first.close()
    second = Spool(tmp_path)
    assert second.take("work")["body"] == "b"
    with pytest.raises(Empty):
        second.take("work")


def test_a_returned_message_keeps_its_place(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for tag in ("first", "second"):
        spool.put("work", message(tag))
    spool.take("work")
    spool.give_back("first")
    assert Spool(tmp_path).take("work")["body"] == "first"


def test_a_half_written_message_is_not_seen(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".00000000000000000001-x").write_text('{"half')
    assert spool.size("work") == 0
    with pytest.raises(Empty):
        spool.take("work")


def test_an_unreadable_message_is_set_aside_and_the_next_is_taken(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "00000000000000000001-x").write_text('{"half')
    spool.put("work", message("good"))
    assert spool.take("work")["body"] == "good"
    assert [path.name for path in (tmp_path / "unreadable").iterdir()] == ["00000000000000000001-x"]
