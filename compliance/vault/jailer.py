"""The process that reads files nobody trusts: one child for each file, short of memory and time.

Parsers of PDF, XML and pictures are C; a file made to crash or to fill the memory takes the child
with it and nothing else. Started by compliance.vault.jail as `python -m compliance.vault.jailer FD`;
it has no database, no secrets of the settings, and ends when its parent closes the socket.
"""

import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from django.conf import settings

from compliance.vault.problems import Problem

OURS = "compliance."
# What every child needs is read once, before the fork.
WARM = ["pikepdf", "PIL.Image", "lxml.etree", "olefile", "ijson", "pypdfium2"]
WARM += ["pi_heif", "compliance.vault.inspection", "compliance.vault.personal.redacting"]
WARM += ["compliance.vault.contents", "compliance.vault.drawing"]
_MESSAGE = 65536


def main(descriptor: int) -> None:
    if not settings.configured:
        settings.configure(USE_I18N=False)
    for name in WARM:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    with socket.socket(fileno=descriptor) as orders:
        while True:
            message, out = _next(orders)
            if not message:
                return
            if os.fork() == 0:
                orders.close()
                _serve(message, out)
            os.close(out)


def _next(orders: socket.socket) -> tuple[bytes, int]:
    message, descriptors, _flags, _address = socket.recv_fds(orders, _MESSAGE, 1)
    return message, descriptors[0] if descriptors else -1


def _serve(message: bytes, out: int) -> None:
    """Do one order and end. Whatever happens here, this process does not go on."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        answer = _answer(json.loads(message))
        with os.fdopen(out, "wb") as file:
            file.write(json.dumps(answer).encode())
        code = 0
    finally:
        os._exit(code)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    module, _colon, name = order["call"].partition(":")
    if not module.startswith(OURS):
        return {"fault": f"{module} is not ours"}
    _confine(order)
    try:
        return {"value": getattr(importlib.import_module(module), name)(*order["args"])}
    except Problem as problem:
        return {"problem": str(problem.sentence), "facts": problem.facts}
    except MemoryError:
        return {"exhausted": True}
    except Exception as fault:  # noqa: BLE001 - told to the parent, which decides
        return {"fault": f"{type(fault).__name__}: {fault}"[:500]}


def _confine(order: dict[str, Any]) -> None:
    """Wall clock, processor, address space, bytes written, no core file."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(2 * order["seconds"])
    limits = {
        resource.RLIMIT_CPU: order["seconds"],
        resource.RLIMIT_AS: order["memory"] + _address_space(),
        resource.RLIMIT_FSIZE: order["writes"],
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _address_space() -> int:
    """Return what the process has already, in bytes: libraries, mostly."""
    with open("/proc/self/statm") as file:  # noqa: PTH123 - no import after the fork
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]))
