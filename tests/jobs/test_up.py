"""`manage.py up`: nothing of it is left behind, whatever ends it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.children import free_port, listens
from tests.services.installation import ROOT, Installation, until

pytestmark = [pytest.mark.services, pytest.mark.timeout(120)]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path, settings="tests.jobs.worker_settings")
    made.migrate()
    return made


def children(pid: int) -> dict[str, int]:
    """Return {role: pid} of the supervisor's living children."""
    found = subprocess.run(
        ["ps", "-ww", "--ppid", str(pid), "-o", "pid=,stat=,args="],
        capture_output=True,
        text=True,
        check=False,
    )
    roles = {}
    for line in found.stdout.splitlines():
        number, state, arguments = line.split(maxsplit=2)
        for role in ("gunicorn", "portal worker", "portal beat"):
            if role in arguments and not state.startswith("Z"):
                roles[role.split()[-1]] = int(number)
    return roles


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_serves_and_ctrl_c_ends_everything_within_five_seconds(installation) -> None:
    port = free_port()
    with installation.up(port) as supervisor:
        assert f"Gatepass is ready at http://127.0.0.1:{port}/" in installation.output
        kept = children(supervisor.pid)
        assert set(kept) == {"gunicorn", "worker", "beat"}
        for pid in kept.values():  # what they write into mails leads here
            said = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            assert f"PUBLIC_URL=http://127.0.0.1:{port}/".encode() in said
        began = time.monotonic()
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(10) == 0
        assert time.monotonic() - began < 5.5
        assert not [role for role, pid in kept.items() if is_alive(pid)]
        assert not listens(port)


def test_kill_9_of_it_leaves_no_orphan_and_it_starts_again(installation) -> None:
    port = free_port()
    with installation.up(port) as supervisor:
        kept = children(supervisor.pid)
        supervisor.kill()
        supervisor.wait()
        until(lambda: not any(map(is_alive, kept.values())), 8, "the children ended")
        until(lambda: not listens(port), 8, "the port is free")
    with installation.up(port) as supervisor:
        assert set(children(supervisor.pid)) == {"gunicorn", "worker", "beat"}


def test_what_dies_is_started_again(installation) -> None:
    with installation.up() as supervisor:
        before = children(supervisor.pid)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)

        def replaced() -> bool:
            now = children(supervisor.pid)
            return set(now) == set(before) and not set(now.values()) & set(before.values())

        until(replaced, 20, "all three run again")
        assert "The worker ended (signal 9); starting it again." in installation.output


def test_a_second_start_says_who_holds_the_place(installation) -> None:
    with installation.up() as supervisor:
        second = subprocess.run(
            [sys.executable, "-m", "django", "up", "--port", str(free_port())],
            env=installation.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert f"runs here already as process {supervisor.pid}" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_taken_port_is_said_in_one_sentence(installation) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with installation.up(port) as supervisor:
            assert supervisor.wait(10) == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in installation.output
    assert "--port 8001" in installation.output
