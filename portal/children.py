"""Processes that do not outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1


def with_parent(number: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before its program: the kernel sends *number* when we die.

    Only on Linux; elsewhere the child is on its own when we are killed outright.
    """
    parent = os.getpid()
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return lambda: None

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # we died between fork and here
            os._exit(1)

    return prepare


def start(
    command: Sequence[str],
    *,
    log: Path,
    on_parent_death: signal.Signals,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start *command* in a process group of its own, writing to *log*.

    The group keeps Ctrl-C away from it: the starter decides in which order things end.
    """
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            preexec_fn=with_parent(on_parent_death),
        )


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
