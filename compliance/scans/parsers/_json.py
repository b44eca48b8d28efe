"""Streaming JSON for scanner files."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import ijson

from compliance.scans.parsers import _errors

DEPTH = 200
LINE_LIMIT = 16 << 20
MOST_LISTS = 1000
WINDOW = 500
_DIGITS = b"0123456789"
_LONG_RUN = re.compile(rb"[0-9]{1000,}")
_OPENS = frozenset({"start_map", "start_array"})
_CLOSES = frozenset({"end_map", "end_array"})
_NEW: dict[str, Callable[[], Any]] = {"start_map": dict, "start_array": list}


@dataclass(slots=True)
class Frame:
    """An object on the way to a leaf: where it stands, and the scalars read from it so far."""

    prefix: str
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One finished record: its prefix, its value, and the objects around it, outermost first."""

    prefix: str
    value: Any
    frames: tuple[Frame, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Closed:
    """An object around leaves has ended, with all its scalars."""

    frame: Frame


def obj(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one: files say null where objects belong."""
    return value if isinstance(value, dict) else {}


def arr(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def keys(head: bytes) -> set[str]:
    """Names of members that occur in the head of a JSON file."""
    return {
        found.decode("utf-8", "replace") for found in re.findall(rb'"([^"\\]{1,60})"\s*:', head)
    }


def looks_like_json(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _parse(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    start = len(codecs.BOM_UTF8) if _has_bom(stream) else 0
    stream.seek(start)
    try:
        # Without ijson's own prefixes: those of 65,000 nested arrays in one chunk fill gigabytes.
        # Without floats: with them it refuses integers of more than 64 bits, such as RSA moduli.
        yield from ijson.basic_parse(_ShortNumbers(stream))
    except (ijson.JSONError, ValueError, ArithmeticError) as fault:
        raise _errors.broken_json() from fault


class _ShortNumbers:
    """A stream whose runs of digits are cut to a thousand.

    Python refuses to make a number of more than 4,300 digits, and ijson then crashes the process.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.inside = False  # the last chunk ended in a run that was cut

    def read(self, size: int = -1) -> bytes:
        while chunk := self.stream.read(size):
            if not self.inside and not _has_long_run(chunk):
                return chunk
            if self.inside:
                chunk = chunk.lstrip(_DIGITS)
            self.inside = self.inside and not chunk
            if chunk:
                self.inside = chunk[-WINDOW:].isdigit()
                return _LONG_RUN.sub(lambda run: run[0][: 2 * WINDOW], chunk)
        return b""


def _has_long_run(chunk: bytes) -> bool:
    """A run of twice the window's length covers one of the windows."""
    return any(chunk[at : at + WINDOW].isdigit() for at in range(0, len(chunk), WINDOW))


def _has_bom(stream: BinaryIO) -> bool:
    stream.seek(0)
    return stream.read(3) == codecs.BOM_UTF8


class Walk:
    """Yields `Leaf` for values whose prefix is a leaf, and `Closed` for the objects around them.

    A prefix names members with dots between, elements of arrays are "item": Results.item.Secrets.
    With `arrays` off an array is never a leaf itself, only what is inside it. Arrays and objects
    at `ignored` prefixes are passed over quickly.
    """

    def __init__(
        self, stream: BinaryIO, pattern: str, *, arrays: bool = True, ignored: str = ""
    ) -> None:
        self.stream = stream
        self.ignored = ignored
        self.arrays_too = arrays
        self.is_leaf = re.compile(pattern).fullmatch
        self.known: dict[str, bool] = {}
        self.frames: list[Frame] = []
        self.around: list[str] = []  # prefixes of the open containers
        self.arrays: list[bool] = []
        self.key = ""
        self.count = 0
        self.lists: set[str] = set()  # prefixes of arrays met on the way, also of empty ones

    def __iter__(self) -> Iterator[Leaf | Closed]:
        events = _parse(self.stream)
        for event, value in events:
            if event == "map_key":
                self.key = value
            elif event in _CLOSES:
                self.around.pop()
                self.arrays.pop()
                if event == "end_map":
                    yield Closed(self.frames.pop())
            elif self._leaf(prefix := self._prefix()) and (
                self.arrays_too or event != "start_array"
            ):
                yield self._finish(prefix, event, value, events)
            elif event in _OPENS:
                self._open(prefix, event, events)
            elif self.frames and not self.arrays[-1]:
                self.frames[-1].values[self.key] = value

    def _prefix(self) -> str:
        """Where the next value stands."""
        if not self.around:
            return ""
        name = "item" if self.arrays[-1] else self.key
        return f"{self.around[-1]}.{name}" if self.around[-1] else name

    def _open(self, prefix: str, event: str, events: Iterator[tuple[str, Any]]) -> None:
        if prefix == self.ignored and prefix:
            self.lists.add(prefix)
            _pass_over(events)
            return
        self.around.append(prefix)
        self.arrays.append(event == "start_array")
        if len(self.around) > DEPTH:
            raise _errors.too_deep()
        if event == "start_map":
            self.frames.append(Frame(prefix))
        elif len(self.lists) < MOST_LISTS:
            self.lists.add(prefix)

    def _leaf(self, prefix: str) -> bool:
        known = self.known.get(prefix)
        if known is None:
            known = self.is_leaf(prefix) is not None
            if len(self.known) < 10_000:  # names of members may be data; the cache stays bounded
                self.known[prefix] = known
        return known

    def _finish(self, prefix: str, event: str, value: Any, events: Any) -> Leaf:
        self.count += 1
        if event in _OPENS:
            value = _build(event, value, events)
        return Leaf(prefix, value, tuple(self.frames), self.count)


def _build(event: str, _value: Any, events: Iterator[tuple[str, Any]]) -> Any:
    """The object or array that begins with *event*; a bare loop, as it sees every value."""
    current = _NEW[event]()
    around: list[Any] = []
    key = ""
    for inner, value in events:
        if inner == "map_key":
            key = value
            continue
        if inner in _CLOSES:
            if not around:
                break
            current = around.pop()
            continue
        new = _NEW.get(inner)
        child = value if new is None else new()
        if type(current) is dict:
            current[key] = child
        else:
            current.append(child)
        if new is not None:
            _deeper(around, current)
            current = child
    return current


def _deeper(around: list[Any], current: Any) -> None:
    around.append(current)
    if len(around) >= DEPTH:
        raise _errors.too_deep()


def walk(stream: BinaryIO, pattern: str, *, arrays: bool = True, ignored: str = "") -> Walk:
    """Walk a file whose leaves are the prefixes fully matching a regular expression."""
    return Walk(stream, pattern, arrays=arrays, ignored=ignored)


def _pass_over(events: Iterator[tuple[str, Any]]) -> None:
    """Go on to the close of what has just opened."""
    depth = 1
    for event, _value in events:
        if event in _OPENS:
            depth += 1
            if depth > DEPTH:
                raise _errors.too_deep()
        elif event in _CLOSES:
            depth -= 1
            if not depth:
                return


def leaves(stream: BinaryIO, pattern: str, *, arrays: bool = True) -> Iterator[Leaf]:
    """The leaves of a walk alone."""
    for step in Walk(stream, pattern, arrays=arrays):
        if isinstance(step, Leaf):
            yield step


def tops(stream: BinaryIO, pattern: str, *, ignored: str) -> dict[str, Any]:
    """Facts of a file that may stand behind its records: prefix → value of each leaf.

    `ignored` is where the records stand.
    """
    found = Walk(stream, pattern, ignored=ignored)
    return {step.prefix: step.value for step in found if isinstance(step, Leaf)}


def is_lines(stream: BinaryIO) -> bool:
    """Whether each line is a JSON object of its own."""
    stream.seek(0)
    first = next((line for line in _raw_lines(stream) if line is None or line.strip()), b"")
    return isinstance(_loads(first), dict)


def by_line(stream: BinaryIO) -> Iterator[tuple[int, Any]]:
    """(line number, value) of a file with a JSON value a line; None where a line has none."""
    stream.seek(0)
    for number, line in enumerate(_raw_lines(stream), start=1):
        if line is None or line.strip():
            yield number, _loads(line)


def _raw_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines; None for one that is longer than any record."""
    while line := stream.readline(LINE_LIMIT):
        if len(line) < LINE_LIMIT or line.endswith(b"\n"):
            yield line.removeprefix(codecs.BOM_UTF8)
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LINE_LIMIT)
        yield None


def _loads(line: bytes | None) -> Any:
    try:
        return json.loads(line.decode("utf-8")) if line else None
    except (ValueError, RecursionError):
        return None
