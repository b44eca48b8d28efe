"""What is done with answers that no tracker should give."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from compliance.trackers.adapters.base import Tracker
from compliance.trackers.adapters.errors import Broken, Denied, Missing

logger = logging.getLogger(__name__)


@contextmanager
def readable() -> Iterator[None]:
    """An answer of another shape than documented is a failure of the tracker, not of the portal."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        logger.warning("a tracker's answer cannot be read", exc_info=True)
        sentence = _("The tracker's answer is not of the shape that was expected.")
        raise Broken(sentence) from error


def sure_that_gone(tracker: Tracker) -> bool:
    """Say whether an issue alone is missing; raises Denied when the project is missing too."""
    try:
        with readable():
            tracker.about()
    except Missing as missing:
        sentence = _(
            "The project is not there, or the token may not see it. Correct the connection; "
            "nothing is lost meanwhile."
        )
        raise Denied(sentence) from missing
    return True
