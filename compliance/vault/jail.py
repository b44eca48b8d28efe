"""Call a function of the vault in a child that has little memory and time; see jailer.py."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.vault.problems import Problem

MEMORY = 768 * 1024**2
SECONDS = 20
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = {"PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "TESSDATA_PREFIX", "PYTHONPATH"}


class Exhausted(Exception):
    """The child needed more memory or time than it may have, or crashed."""


class Fault(Exception):
    """The function raised something that is no Problem."""


@dataclass(slots=True)
class _Jailer:
    process: subprocess.Popen[bytes]
    orders: socket.socket


_lock = threading.Lock()
_jailers: dict[int, _Jailer] = {}


def call(
    function: Callable[..., Any],
    *args: Any,
    seconds: int = SECONDS,
    memory: int = MEMORY,
    writes: int = 0,
) -> Any:
    """Return what *function*(*args*) returns; both must be JSON.

    *seconds* of processor time (twice that by the clock), *memory* and *writes* in bytes. Raises
    Problem as the function did, Exhausted, or Fault.
    """
    order = {
        "call": f"{function.__module__}:{function.__qualname__}",
        "args": args,
        "seconds": seconds,
        "memory": memory,
        "writes": writes,
    }
    answer = _ask(json.dumps(order).encode(), 2 * seconds + 5)
    if "value" in answer:
        return answer["value"]
    if "problem" in answer:
        raise Problem(answer["problem"], **answer["facts"])
    if "fault" in answer:
        raise Fault(answer["fault"])
    raise Exhausted(function.__qualname__)


def room_for(path: Path) -> int:
    """Return the address space for a parser that maps the file into it."""
    return MEMORY + path.stat().st_size


def _ask(order: bytes, within: float) -> dict[str, Any]:
    receiving, sending = os.pipe()
    try:
        try:
            _send(order, sending)
        finally:
            os.close(sending)
        said = _read(receiving, time.monotonic() + within)
    finally:
        os.close(receiving)
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        return {"exhausted": True}
    return answer


def _read(descriptor: int, end: float) -> bytes:
    parts = []
    while (left := end - time.monotonic()) > 0:
        # poll, not select: a busy server has descriptors above 1024.
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(left * 1000):
            break
        part = os.read(descriptor, 1 << 20)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def _send(order: bytes, descriptor: int) -> None:
    with _lock:
        try:
            socket.send_fds(_jailer().orders, [order], [descriptor])
        except OSError:  # it was killed: the next one takes the order
            _end(_jailers.pop(os.getpid()))
            socket.send_fds(_jailer().orders, [order], [descriptor])


def _jailer() -> _Jailer:
    """Return the jailer of this process; a forked server starts its own."""
    pid = os.getpid()
    if pid not in _jailers:
        _jailers.clear()
        _jailers[pid] = _started()
    return _jailers[pid]


def _started() -> _Jailer:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: value for name, value in os.environ.items() if name in _KEPT}
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "compliance.vault.jailer", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            start_new_session=True,
        )
    return _Jailer(process, ours)


def _end(jailer: _Jailer) -> None:
    jailer.orders.close()
    with suppress(ProcessLookupError):
        jailer.process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        jailer.process.wait(5)


@atexit.register
def _end_mine() -> None:
    if mine := _jailers.pop(os.getpid(), None):
        _end(mine)
