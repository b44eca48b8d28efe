"""A real OpenID provider (Authlib) on loopback, whose users are who they say they are."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.children import free_port, listens, serving


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Serve until the block ends; gives the issuer's address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with serving(command, log=folder / "oidc.log", ready=lambda: listens(port)):
        yield f"http://localhost:{port}"
