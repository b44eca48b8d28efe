"""Connections to checked addresses, and the time and the bytes that one request may take."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from queue import Empty, SimpleQueue
from typing import Any

import httpcore
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound.errors import Unreachable
from compliance.shared.outbound.targets import permitted

# How long one of several addresses of a name is tried before the next one.
CONNECT_SECONDS = 5.0
# What is written between two looks at the clock.
PART = 16 * 1024
# Head of the answer and the frames of its body, beside the body itself.
OVERHEAD_BYTES = 256 * 1024


class Budget:
    """What is left for the present request; its connections ask before every step."""

    def __init__(self) -> None:
        self.until = 0.0
        self.bytes = 0

    def start(self, *, seconds: float, limit: int) -> None:
        self.until = time.monotonic() + seconds
        self.bytes = limit + OVERHEAD_BYTES

    def seconds(self, exhausted: type[Exception]) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise exhausted("the time of the request is over")
        return left

    def take(self, count: int) -> None:
        self.bytes -= count
        if self.bytes < 0:
            raise httpcore.ReadError("the answer is too long")


class Stream(httpcore.NetworkStream):
    """A connection whose every step ends with the request's time."""

    def __init__(self, inner: httpcore.NetworkStream, budget: Budget) -> None:
        self._inner, self._budget = inner, budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        came = self._inner.read(max_bytes, self._budget.seconds(httpcore.ReadTimeout))
        self._budget.take(len(came))
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PART):
            left = self._budget.seconds(httpcore.WriteTimeout)
            self._inner.write(buffer[start : start + PART], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._budget.seconds(httpcore.ConnectTimeout)
        return Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Resolves by itself and connects to what it has checked: no second look-up in between."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        fault: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in permitted(host, self._resolve(host, port)):
            left = self._budget.seconds(httpcore.ConnectTimeout)
            try:
                made = self._sockets.connect_tcp(
                    address, port, min(left, CONNECT_SECONDS), None, socket_options or []
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
            else:
                return Stream(made, self._budget)
        raise fault

    def _resolve(self, host: str, port: int) -> list[str]:
        """Ask in a thread of its own: the system's look-up knows no time limit."""
        answers: SimpleQueue[list[str] | OSError] = SimpleQueue()
        asking = threading.Thread(target=_look_up, args=(host, port, answers), daemon=True)
        asking.start()
        try:
            found = answers.get(timeout=self._budget.seconds(httpcore.ConnectTimeout))
        except Empty as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        if isinstance(found, OSError):
            sentence = _("%(host)s has no address. Check how the name is written.")
            raise Unreachable(filled(sentence, host=host)) from found
        return found


def _look_up(host: str, port: int, answers: "SimpleQueue[list[str] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        return
    answers.put(list(dict.fromkeys(str(each[4][0]) for each in found)))
