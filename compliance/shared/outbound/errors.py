"""What can go wrong on the way out. Sentences name the host, never a path, a key or an address."""

from compliance.shared.errors import Refused


class OutboundError(Refused):
    """The request was not answered. The sentence says why and what to do.

    *again* says whether the same request may succeed later by itself.
    """

    again = True


class Forbidden(OutboundError):
    """The portal does not send there."""

    again = False


class Unreachable(OutboundError):
    """No connection, or it broke."""


class TooSlow(OutboundError):
    """The time of the request is over."""


class BadAnswer(OutboundError):
    """What came back is not what was asked for."""
