"""Which function does which kind of work. Upper rooms register theirs when they are ready."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from compliance.jobs.progress import Progress

# A handler may run twice after a crash: it must be safe to begin again from the start.
# It returns what the row's `result` shall hold; `result["url"]` is where the page goes when done.
Handler = Callable[["Progress"], "dict[str, Any] | None"]

_handlers: dict[str, Handler] = {}
_titles: dict[str, "str | Promise"] = {}
_tellers: set[str] = set()


def register(
    kind: str, function: Handler, *, title: "str | Promise" = "", tells: bool = False
) -> None:
    """Let *function* do the work of *kind*; *title* names it for people.

    One that *tells* records its refusals itself, so that nobody hears of them twice.
    """
    if _handlers.get(kind, function) is not function:
        raise ValueError(f"two handlers are named {kind}")
    _handlers[kind] = function
    _titles[kind] = title or kind
    if tells:
        _tellers.add(kind)


def handler(
    kind: str, *, title: "str | Promise" = "", tells: bool = False
) -> Callable[[Handler], Handler]:
    """Decorator form of `register`."""

    def keep(function: Handler) -> Handler:
        register(kind, function, title=title, tells=tells)
        return function

    return keep


def handler_of(kind: str) -> Handler:
    try:
        return _handlers[kind]
    except KeyError:
        known = ", ".join(sorted(_handlers)) or "none"
        raise LookupError(f"No handler does the work {kind!r}; registered are: {known}.") from None


def title_of(kind: str) -> "str | Promise":
    return _titles.get(kind, kind)


def tells(kind: str) -> bool:
    return kind in _tellers
