"""Real servers on loopback that keep what they were sent: the far end of webhooks and mails."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Clients that give up are what some of the tests are about.
    block_on_close = False

    def handle_error(self, request, client_address):
        pass


@dataclass
class HttpSink:
    """*answer* is called with the handler, whose request is kept; by default it says 200."""

    server: _Server
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] | None = None

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


def say(
    handler: BaseHTTPRequestHandler,
    status: int = 200,
    body: bytes = b"ok",
    **headers: str,
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def http_sink(context: ssl.SSLContext | None = None) -> Iterator[HttpSink]:
    """Serve HTTP on a free port of loopback (HTTPS with *context*) until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Two small writes of a server must not wait for each other's acknowledgement.
        disable_nagle_algorithm = True

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # the sender died on the way: nothing was received
                self.close_connection = True
                return
            heads = {name.lower(): value for name, value in self.headers.items()}
            sink.received.append(Received(self.command, self.path, heads, body))
            (sink.answer or say)(self)

        def log_message(self, *args):
            pass

    for method in ("GET", "POST", "PUT", "PATCH"):
        setattr(Handler, f"do_{method}", Handler._take)

    server = _Server(("127.0.0.1", 0), Handler)
    sink = HttpSink(server, "https" if context else "http")
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
