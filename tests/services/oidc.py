"""A real OpenID provider (Authlib) on loopback, whose users are who they say they are."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from tests.services.children import free_port, listens, serving


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Serve until the block ends; gives the issuer's address."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with serving(command, log=folder / "oidc.log", ready=lambda: listens(port)):
        yield f"http://localhost:{port}"


@contextmanager
def posing(address: str, *, as_itself: bool) -> Iterator[str]:
    """Describe the provider at *address* from another one: true, or naming itself the issuer."""

    class Description(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = requests.get(f"{address}{self.path}", timeout=10).json()
            if as_itself:
                told["issuer"] = here
            data = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Description)
    here = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
