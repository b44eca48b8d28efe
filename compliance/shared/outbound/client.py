"""Send a request and read a bounded answer."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from math import ceil
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpcore
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from compliance.shared.errors import filled
from compliance.shared.outbound import targets
from compliance.shared.outbound.errors import BadAnswer, Forbidden, TooSlow, Unreachable
from compliance.shared.outbound.wire import Backend, Budget

SECONDS = 10.0
LIMIT = 64 * 1024
MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
WITH_BODY = {"POST", "PUT", "PATCH"}
# What goes along when a redirect leads to another host: never a key, whatever its header's name.
HARMLESS = {"accept", "accept-language", "content-type", "user-agent"}
OURS = {"user-agent": "Gatepass", "accept-encoding": "identity", "accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Request:
    """*seconds* is for everything, from the look-up of the name to the answer's last byte.

    Of the answer's body *limit* bytes are read. Redirects are followed for GET and HEAD alone,
    *redirects* times, each hop checked like the first one, and never from https to http.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    seconds: float = SECONDS
    limit: int = LIMIT
    redirects: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """*headers* have lower-case names; *cut* says that the body went on beyond the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False

    @property
    def ok(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the parsed body; raises BadAnswer when it was cut or is no JSON."""
        if self.cut:
            raise BadAnswer(_("The answer was longer than expected; it was not read to its end."))
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadAnswer(_("The answer is not JSON.")) from error


class Session:
    """Keeps connections open between requests; for one thread.

    A kept connection goes to the address that was checked when it was made.
    """

    def __init__(self) -> None:
        self._budget = Budget()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust(settings.OUTBOUND_CA),
            max_connections=20,
            keepalive_expiry=15.0,
            network_backend=Backend(self._budget),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def send(self, request: Request) -> Answer:
        """Return the answer, whatever its status; raises OutboundError when there is none."""
        self._budget.start(seconds=request.seconds, limit=request.limit)
        hops = min(request.redirects, MOST_REDIRECTS) if request.method in {"GET", "HEAD"} else 0
        target = targets.check(request.url)
        answer = self._once(request, target)
        while hops and answer.status in REDIRECTS and "location" in answer.headers:
            hops -= 1
            request, target = _next(request, target, answer.headers["location"])
            answer = self._once(request, target)
        return answer

    def _once(self, request: Request, target: targets.Target) -> Answer:
        try:
            return self._exchange(request, target)
        except httpcore.TimeoutException as error:
            sentence = _("%(host)s did not answer within %(seconds)d seconds.")
            seconds = ceil(request.seconds)
            raise TooSlow(filled(sentence, host=target.host, seconds=seconds)) from error
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ConnectionNotAvailable,
        ) as e:
            raise broken(target.host, e) from e

    def _exchange(self, request: Request, target: targets.Target) -> Answer:
        url = httpcore.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        given = {name.lower(): value for name, value in request.headers.items()}
        headers = [*{**OURS, **given, "host": target.header}.items()]
        raw = [(name.encode(), value.encode()) for name, value in headers]
        content = request.content if request.method in WITH_BODY else None
        with self._pool.stream(request.method, url, headers=raw, content=content) as got:
            body, cut = _read(got, request.limit)
            heads = {name.decode("latin-1").lower(): v.decode("latin-1") for name, v in got.headers}
            return Answer(got.status, heads, body, cut)


def send(request: Request) -> Answer:
    """Send one request over a connection of its own."""
    with Session() as session:
        return session.send(request)


def _read(response: httpcore.Response, limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    for part in response.iter_stream():
        body += part
        if len(body) > limit:
            return bytes(body[:limit]), True
    return bytes(body), False


def _next(
    request: Request, target: targets.Target, location: str
) -> tuple[Request, targets.Target]:
    url = urljoin(request.url, location)
    following = targets.check(url)
    if target.scheme == "https" and following.scheme == "http":
        sentence = _("%(host)s sends on from https to http. Nothing is sent unencrypted.")
        raise Forbidden(filled(sentence, host=target.host))
    headers = request.headers
    if following.origin != target.origin:
        headers = {name: value for name, value in headers.items() if name.lower() in HARMLESS}
    return replace(request, url=url, headers=headers), following


@lru_cache(maxsize=4)
def trust(own: str) -> ssl.SSLContext:
    """Public authorities, and those in the PEM file *own*."""
    context = httpcore.default_ssl_context()
    if own:
        context.load_verify_locations(cafile=own)
    return context


def broken(host: str, error: Exception) -> Unreachable:
    """Return what to say of a connection that was not made or broke."""
    # httpcore hides the cause but keeps the socket's own error as the argument of its own.
    if any(isinstance(each, ssl.SSLError) for each in (error, *error.args)):
        why = _("The certificate of %(host)s does not hold. Renew it, or correct the address.")
    elif isinstance(error, httpcore.ProtocolError):
        why = _("%(host)s did not answer as HTTP does.")
    else:
        why = _("%(host)s cannot be reached, or broke off.")
    return Unreachable(filled(why, host=host))
