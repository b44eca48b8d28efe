"""Which rows of a table stay together where a page ends."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Row = TypeVar("_Row")


def kept(rows: Iterable[_Row], together: int) -> Iterator[list[_Row]]:
    """Yield lists of rows that share a page: each row by itself, the last *together* as one list.

    So the last page of a table never holds a single row under a head. A table of no more rows than
    that is not kept together: it would leave its heading alone. At most *together* rows are held.
    """
    held: deque[_Row] = deque()
    longer = False
    for row in rows:
        held.append(row)
        if len(held) > together:
            longer = True
            yield [held.popleft()]
    if longer:
        yield [*held]
    else:
        yield from ([row] for row in held)
