"""A private S3 server in memory, and a line to it that can be made to fail."""

import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from tests.services.children import free_port, listens, serving

KEY, SECRET = "gatepass", "not-a-real-secret"
_BUSY = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n"
    b"Connection: close\r\n\r\n%s"
)
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"


@dataclass
class Server:
    """`url(bucket)` is a STORAGE_URL; `client` looks past the portal."""

    port: int
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )

    def bucket(self, name: str, *, lock: bool = False) -> str:
        """Make a bucket with versions, and return its STORAGE_URL."""
        self.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=lock)
        self.client.put_bucket_versioning(
            Bucket=name, VersioningConfiguration={"Status": "Enabled"}
        )
        return self.url(name)

    def url(self, bucket: str, port: int | None = None) -> str:
        return f"s3://{KEY}:{SECRET}@127.0.0.1:{port or self.port}/{bucket}?tls=false"


@contextmanager
def running() -> Iterator[Server]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="gatepass-s3-") as folder:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        with serving(command, log=Path(folder) / "log", ready=lambda: listens(port)):
            yield Server(port)


@dataclass
class Line:
    """A relay before the server. *busy*: every request is answered 503. *cut_after*: the connection
    breaks once the client has sent so many bytes; *cut_answer_after*: once so many came back."""

    port: int = 0
    busy: bool = False
    cut_after: int = 0
    cut_answer_after: int = 0
    requests: int = 0


@contextmanager
def line_to(server: Server) -> Iterator[Line]:
    line = Line()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, server.port, line), daemon=True).start()
        yield line
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int, line: Line) -> None:
    while True:
        try:
            client, _where = listener.accept()
        except OSError:
            return
        line.requests += 1
        threading.Thread(target=_relay, args=(client, port, line), daemon=True).start()


def _relay(client: socket.socket, port: int, line: Line) -> None:
    with client, suppress(OSError):
        if line.busy:
            client.settimeout(2)
            with suppress(TimeoutError):
                client.recv(65536)
            client.sendall(_BUSY % (len(_SLOW_DOWN), _SLOW_DOWN))
            return
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(
                target=_pump, args=(server, client, line.cut_answer_after), daemon=True
            )
            back.start()
            _pump(client, server, line.cut_after)
            back.join()


def _pump(source: socket.socket, sink: socket.socket, cut_after: int) -> None:
    passed = 0
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
            passed += len(data)
            if cut_after and passed >= cut_after:
                break
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
