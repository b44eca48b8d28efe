"""A real OpenID provider (Authlib) on loopback, whose users are who they say they are."""

import base64
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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
def posing(address: str, *, as_itself: bool, **claims: str) -> Iterator[str]:
    """Describe the provider at *address* from another one: true, or naming itself the issuer.

    With *claims* it hands out the provider's tokens too, as the issuer that it names and with those.
    """

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = requests.get(f"{address}{self.path}", timeout=10).json()
            if as_itself:
                told["issuer"] = here
            if claims:
                told["token_endpoint"] = here + told["token_endpoint"].removeprefix(address)
            self._say(told)

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"]))
            names = ("Authorization", "Content-Type")
            sent = {name: self.headers[name] for name in names if name in self.headers}
            url = f"{address}{self.path}"
            told = requests.post(url, data=form, headers=sent, timeout=10).json()
            told["id_token"] = _with(told["id_token"], iss=here, **claims)
            self._say(told)

        def _say(self, told: dict[str, Any]) -> None:
            data = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    here = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _with(token: str, **claims: str) -> str:
    """The token with other claims. Its signature is the old one: over this way nobody looks at it."""
    head, body, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    told.update(claims)
    body = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{body}.{signature}"
