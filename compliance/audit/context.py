"""Which request the present entry belongs to. Set by the middleware, empty outside requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestFacts:
    request_id: str = ""
    address: str = ""
    user_agent: str = ""


NO_REQUEST = RequestFacts()
_facts: ContextVar[RequestFacts] = ContextVar("request_facts", default=NO_REQUEST)


def current() -> RequestFacts:
    return _facts.get()


@contextmanager
def of_request(facts: RequestFacts) -> Iterator[None]:
    token = _facts.set(facts)
    try:
        yield
    finally:
        _facts.reset(token)
