"""What is done once the answer has left: whoever waits for it cannot measure it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial

Work = list[Callable[[], None]]
_work: ContextVar[Work | None] = ContextVar("afterwards", default=None)
_log = logging.getLogger(__name__)


def later(act: Callable[[], None]) -> None:
    """Do *act* after the answer of this request was sent; outside of one, at once.

    It keeps the request's language and its facts for the audit log, and has no transaction.
    """
    work = _work.get()
    if work is None:
        act()
        return
    work.append(partial(copy_context().run, act))


@contextmanager
def collecting() -> Iterator[Work]:
    """Gather what the block puts off."""
    work: Work = []
    token = _work.set(work)
    try:
        yield work
    finally:
        _work.reset(token)


def do(work: Work) -> None:
    """Do all of it; what fails is logged and keeps nothing else from being done."""
    while work:
        try:
            work.pop(0)()
        except Exception:  # noqa: BLE001 - nobody is left to tell
            _log.exception("what was put off until after the answer failed")
