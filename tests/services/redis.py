"""A private Redis, as the real broker."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.children import find, free_port, listens, serving

PACKAGES = "redis-server"


def is_installed() -> bool:
    return find("redis-server") is not None


@contextmanager
def running() -> Iterator[str]:
    """Yield the URL of an empty Redis on a free port."""
    port = free_port()
    program = find("redis-server")
    assert program
    with tempfile.TemporaryDirectory(prefix="gatepass-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        command += ["--save", "", "--appendonly", "no"]
        with serving(command, log=Path(folder) / "log", ready=lambda: listens(port)):
            yield f"redis://127.0.0.1:{port}/0"
