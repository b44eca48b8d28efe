"""A client of clamd: the bytes of a file go to it in pieces, a word comes back."""

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONNECT_SECONDS = 5.0
# A large archive takes clamd a while after its last byte.
ANSWER_SECONDS = 300.0
PIECE = 128 * 1024
PORT = 3310
_FOUND = re.compile(r"^stream: (.+) FOUND$")
_TOO_LARGE = "size limit exceeded"
_LONGEST_ANSWER = 4096


class Unreachable(Exception):
    """No answer: clamd is not running, restarting, or reads no more."""


class TooLarge(Exception):
    """The file is longer than clamd's StreamMaxLength."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What clamd said; *signature* is "" where it found nothing."""

    engine: str
    signature: str


def is_configured() -> bool:
    return bool(settings.CLAMD_URL)


def answers() -> bool:
    """Say whether clamd is there and answers."""
    try:
        return _ask(b"PING") == "PONG"
    except Unreachable:
        return False


def version() -> str:
    """Return the engine and its database, as “ClamAV 1.4.3/27800/Wed Nov 25 …”."""
    return _ask(b"VERSION")[:200]


def scan(chunks: Iterable[bytes]) -> Finding:
    """Send the bytes and return what was found. Raises Unreachable or TooLarge.

    Whatever is no clear word counts as no answer: nothing is called clean by mistake.
    """
    engine = version()
    said = _stream(chunks)
    if said == "stream: OK":
        return Finding(engine, "")
    if found := _FOUND.match(said):
        return Finding(engine, found[1][:200])
    if _TOO_LARGE in said:
        raise TooLarge
    raise Unreachable(said)


def _stream(chunks: Iterable[bytes]) -> str:
    with _connected() as connection:
        try:
            connection.sendall(b"zINSTREAM\0")
            for piece in _pieces(chunks):
                connection.sendall(struct.pack(">I", len(piece)) + piece)
            connection.sendall(struct.pack(">I", 0))
        except OSError as cut:
            # clamd says why before it hangs up, when the stream is too long for it.
            said = _answer(connection, quiet=True)
            if not said:
                raise Unreachable(str(cut)) from cut
            return said
        return _answer(connection)


def _pieces(chunks: Iterable[bytes]) -> Iterator[memoryview]:
    for chunk in chunks:
        view = memoryview(chunk)
        for at in range(0, len(view), PIECE):
            yield view[at : at + PIECE]


def _ask(command: bytes) -> str:
    with _connected() as connection:
        try:
            connection.sendall(b"z" + command + b"\0")
        except OSError as fault:
            raise Unreachable(str(fault)) from fault
        return _answer(connection)


def _answer(connection: socket.socket, *, quiet: bool = False) -> str:
    said = b""
    try:
        while b"\0" not in said and len(said) < _LONGEST_ANSWER:
            part = connection.recv(_LONGEST_ANSWER)
            if not part:
                break
            said += part
    except OSError as fault:
        if not quiet:
            raise Unreachable(str(fault)) from fault
    if not said and not quiet:
        raise Unreachable("clamd hung up")
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


@contextmanager
def _connected() -> Iterator[socket.socket]:
    parts = urlsplit(settings.CLAMD_URL)
    try:
        connection = _local(parts.path) if parts.scheme == "unix" else _remote(parts)
    except OSError as fault:
        raise Unreachable(str(fault)) from fault
    with connection:
        connection.settimeout(ANSWER_SECONDS)
        yield connection


def _local(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _remote(parts: SplitResult) -> socket.socket:
    return socket.create_connection((parts.hostname, parts.port or PORT), CONNECT_SECONDS)
