"""Starting a server for a test, waiting until it answers, and ending it by its own pid."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.children import with_parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find(program: str, *folders: str) -> str | None:
    """Return the path of *program*, looking into *folders* (glob patterns) beside PATH."""
    found = [path for pattern in folders for path in sorted(Path("/").glob(pattern[1:]))]
    places = os.pathsep.join([os.environ.get("PATH", ""), *map(str, found), "/usr/sbin"])
    return shutil.which(program, path=places)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving(
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    within: float = 30.0,
    end_with: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run *command* until the block ends; the kernel ends it too when this process dies."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=log.parent,
            start_new_session=True,
            preexec_fn=with_parent(signal.SIGKILL),
        )
    try:
        _wait(process, ready, within, log)
        yield process
    finally:
        end(process, end_with)


def end(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the process to end, then make it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], within: float, log: Path
) -> None:
    limit = time.monotonic() + within
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text('utf-8')[-2000:]}")
        time.sleep(0.05)
