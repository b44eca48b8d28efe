"""Bytes to a place that answers nothing, as collectors of logs do: over TCP, TLS or UDP."""

import os
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress

import httpcore
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound.client import broken, trust
from compliance.shared.outbound.errors import TooSlow, Unreachable
from compliance.shared.outbound.targets import check_place, permitted
from compliance.shared.outbound.wire import Backend, Budget

SECONDS = 15.0
# How long the other side may take to close after the last byte.
CLOSING_SECONDS = 5.0
RESET_SECONDS = 0.06


def push(place: str, content: bytes, *, tls: bool, seconds: float = SECONDS) -> None:
    """Write *content* to host:port and wait until the other side has read to its end.

    A side that keeps the connection open is taken at its word that all was read; one that breaks it
    off has not read all. Raises OutboundError.
    """
    host, port = check_place(place)
    budget = Budget()
    budget.start(seconds=seconds, limit=0)
    try:
        stream = Backend(budget).connect_tcp(host, port)
        try:
            if tls:
                stream = stream.start_tls(trust(settings.OUTBOUND_CA), host)
            stream.write(content)
            _finish(stream.get_extra_info("socket"))
        finally:
            stream.close()
    except httpcore.TimeoutException as error:
        sentence = _("%(host)s did not take everything within %(seconds)d seconds.")
        raise TooSlow(filled(sentence, host=host, seconds=int(seconds))) from error
    except (httpcore.NetworkError, ssl.SSLError, OSError) as error:
        raise broken(host, error) from error


def _finish(connection: socket.socket) -> None:
    """Say that nothing follows, and see whether the other side closes or breaks off."""
    connection.settimeout(CLOSING_SECONDS)
    if isinstance(connection, ssl.SSLSocket):
        # Many collectors close without the farewell of TLS; a reset is another thing.
        with suppress(TimeoutError, ssl.SSLError, ValueError):
            connection.unwrap()
        return
    connection.shutdown(socket.SHUT_WR)
    with suppress(TimeoutError):
        while connection.recv(4096):
            pass
        _listen_for_reset(connection)


def _listen_for_reset(connection: socket.socket) -> None:
    """Whoever closes without having read everything resets the connection a moment later."""
    for _look in range(3):
        if fault := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(fault, os.strerror(fault))
        time.sleep(RESET_SECONDS / 3)


def throw(place: str, messages: Sequence[bytes]) -> None:
    """Send each message as one datagram. Nobody says whether it arrived."""
    host, port = check_place(place)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        sentence = _("%(host)s has no address. Check how the name is written.")
        raise Unreachable(filled(sentence, host=host)) from error
    chosen = permitted(host, dict.fromkeys(str(each[4][0]) for each in found))[0]
    family, kind, protocol, _canonical, address = next(
        each for each in found if each[4][0] == chosen
    )
    with socket.socket(family, kind, protocol) as sender:
        try:
            for message in messages:
                sender.sendto(message, address)
        except OSError as error:
            raise broken(host, error) from error
