"""The process that lays sections out: without database, rooms or secrets, short of memory and time.

Layout is what takes the time of a packet, and files of evidence are what nobody trusts. A child draws
one section after another into the store; who waits for it may end it at any moment. Started by `hands`
as `python -m compliance.packets.child PARENT`; reads orders and writes answers, a line of JSON each.
"""

import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

import django
from django.conf import settings

# A child that nobody needs gives its memory back; who needs one again waits half a second.
IDLE_SECONDS = 300
SECONDS = 300
MEMORY = 2 * 1024**3
_PR_SET_PDEATHSIG = 1


def main(parent: int) -> None:
    _die_with(parent)
    # Whatever prints by itself must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        _prepare(json.loads(sys.stdin.readline()))
    except OSError as error:  # fonts are laid out as temporary files
        _answer(answers, {"errno": error.errno, "fault": repr(error)})
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft = _address_space() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (soft, soft))
    # Objects of a laid-out page refer to each other in circles. To look for them at every turn costs
    # a quarter of the time; among what a section has made, some milliseconds, while who waits goes
    # on already. What is kept of it, shaped words most of all, is looked at once.
    gc.collect()
    gc.freeze()
    gc.disable()
    _answer(answers, {"ready": True})
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        _limit_time()
        _answer(answers, _done(json.loads(line)))
        gc.collect(0)


def _prepare(wanted: dict[str, Any]) -> None:
    """Set up templates and words, and load what every section needs."""
    settings.configure(**wanted)
    django.setup()
    from compliance.packets import drawing, tables  # noqa: F401
    from compliance.packets.press import compiling

    compiling.warm(drawing.style())


def _done(order: dict[str, Any]) -> dict[str, Any]:
    """Draw a section and put it into the store; say what came of it."""
    from weasyprint.urls import FatalURLFetchingError

    from compliance.packets import drawing
    from compliance.packets.press.store import Store
    from compliance.packets.section import Section

    def read(_sha256: str) -> bytes:
        return Path(order["file"]).read_bytes() if order["file"] else b""

    try:
        part = drawing.compile_section(Section(**order["section"]), order["edition"], read)
        Store(Path(order["root"])).put(order["digest"], part)
    except OSError as error:
        return {"errno": error.errno, "fault": repr(error)}
    except MemoryError:
        os._exit(1)
    except (Exception, FatalURLFetchingError) as fault:  # noqa: BLE001 - told to who decides
        return {"fault": f"{type(fault).__name__}: {fault}"[:500]}
    return {"done": order["digest"], "memory": _resident()}


def _answer(answers: TextIO, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _limit_time() -> None:
    """Let the next section take SECONDS of processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _die_with(parent: int) -> None:
    """Have the kernel end this process with the one that waits for it; only on Linux."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


def _address_space() -> int:
    return _statm(0)


def _resident() -> int:
    return _statm(1)


def _statm(place: int) -> int:
    return int(Path("/proc/self/statm").read_text().split()[place]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]))
