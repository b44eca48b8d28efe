"""What a tracker answers instead of doing it. The sentences say what to do next."""

from django.utils.functional import Promise

from compliance.shared.errors import Refused


class TrackerError(Refused):
    """Concerns the whole connection: nothing else is tried for *pause* seconds, None: the usual."""

    def __init__(self, sentence: str | Promise, *, pause: float | None = None) -> None:
        super().__init__(sentence)
        self.pause = pause


class Denied(TrackerError):
    """The token is not accepted, or may not do this."""


class Busy(TrackerError):
    """Too much was asked of it."""


class Broken(TrackerError):
    """It failed itself, or answered what cannot be read."""


class Missing(Refused):
    """What was asked for is not there, or not for this token."""


class Rejected(Refused):
    """The tracker read the request and will not do it; asking again changes nothing."""
