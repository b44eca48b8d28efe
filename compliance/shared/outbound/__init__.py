"""The one way out: every request that leaves the portal goes through `send` or a `Session`.

Whoever names an address must not be able to make the portal talk to its own network (SSRF). So
the name is resolved here, the address is checked, and the connection is made to that very address;
the certificate is still checked against the name. Nothing is taken from the environment.
"""

from compliance.shared.outbound.client import Answer, Request, Session, send
from compliance.shared.outbound.errors import (
    BadAnswer,
    Forbidden,
    OutboundError,
    TooSlow,
    Unreachable,
)
from compliance.shared.outbound.targets import check

__all__ = [
    "Answer",
    "BadAnswer",
    "Forbidden",
    "OutboundError",
    "Request",
    "Session",
    "TooSlow",
    "Unreachable",
    "check",
    "send",
]
