"""Streaming JSON for scanner files."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import ijson

from compliance.scans.parsers import _errors

DEPTH = 200
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
        yield from ijson.basic_parse(stream, use_float=True)
    except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError) as fault:
        raise _errors.broken_json() from fault


def _has_bom(stream: BinaryIO) -> bool:
    stream.seek(0)
    return stream.read(3) == codecs.BOM_UTF8


class Walk:
    """Yields `Leaf` for values whose prefix is a leaf, and `Closed` for the objects around them.

    A prefix names members with dots between, elements of arrays are "item": Results.item.Secrets.
    """

    def __init__(self, stream: BinaryIO, pattern: str) -> None:
        self.stream = stream
        self.is_leaf = re.compile(pattern).fullmatch
        self.known: dict[str, bool] = {}
        self.frames: list[Frame] = []
        self.around: list[str] = []  # prefixes of the open containers
        self.arrays: list[bool] = []
        self.key = ""
        self.count = 0

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
            elif self._leaf(prefix := self._prefix()):
                yield self._finish(prefix, event, value, events)
            elif event in _OPENS:
                self._open(prefix, event)
            elif self.frames and not self.arrays[-1]:
                self.frames[-1].values[self.key] = value

    def _prefix(self) -> str:
        """Where the next value stands."""
        if not self.around:
            return ""
        name = "item" if self.arrays[-1] else self.key
        return f"{self.around[-1]}.{name}" if self.around[-1] else name

    def _open(self, prefix: str, event: str) -> None:
        self.around.append(prefix)
        self.arrays.append(event == "start_array")
        if len(self.around) > DEPTH:
            raise _errors.too_deep()
        if event == "start_map":
            self.frames.append(Frame(prefix))

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


def walk(stream: BinaryIO, pattern: str) -> Walk:
    """Walk a file whose leaves are the prefixes fully matching a regular expression."""
    return Walk(stream, pattern)
