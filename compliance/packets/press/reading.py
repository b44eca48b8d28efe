"""Read what a packet's PDF says of itself: its tables, and the few objects that a signature changes.

Only files that the press wrote are understood, since their syntax is one; however large they are, no
more is read than that.
"""

import re
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from compliance.packets.press.syntax import FIELDS, LINE

_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n\Z")
_LENGTH = re.compile(rb"/Length (\d+)")
_FIRST = re.compile(rb"/First (\d+)")
_INDEX = re.compile(rb"/Index \[([\d ]+)\]")
_PREV = re.compile(rb"/Prev (\d+)")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_KEPT = re.compile(rb"/(?:Root|Info) \d+ 0 R")
_ID = re.compile(rb"/ID \[<([0-9a-f]+)> <[0-9a-f]+>\]")
_SIZE = re.compile(rb"/Size (\d+)")
_FIELDS = re.compile(rb"/AcroForm <</Fields \[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_LOOK = re.compile(rb"/AP <</N \d+ 0 R>>")
# How a signature's revision ends: any other way might mean something else to another reader.
_FORM = re.compile(
    rb"\d+ 0 obj\n<</Type /XRef/Size \d+/W \[1 5 2\]/Index \[\d+ 1(?: \d+ 1)*\]"
    rb"/Root \d+ 0 R/Info \d+ 0 R/Prev \d+/ID \[<[0-9a-f]+> <[0-9a-f]+>\]"
    rb"/Filter /FlateDecode/Length \d+>>"
)
_VALUE = re.compile(rb"/V (\d+) 0 R>>\Z")
_EMPTY = b"/Rect [0 0 0 0]"


class Foreign(ValueError):
    """The file is not as the press writes it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A cross-reference stream: its dictionary, (first number, count) of each run, the lines."""

    about: bytes
    runs: list[tuple[int, int]]
    lines: bytes

    def line(self, number: int) -> bytes:
        """Return the line of an object, b"" when the table does not speak of it."""
        place = 0
        for first, count in self.runs:
            if first <= number < first + count:
                at = (place + number - first) * LINE
                return self.lines[at : at + LINE]
            place += count
        return b""


class Existing:
    """A packet's PDF as it is: finds objects by their numbers, the newest revision first."""

    def __init__(self, file: BinaryIO, end: int = 0) -> None:
        """*end* is where the revision ends that is looked at, 0 for the newest."""
        self._file = file
        self.end = end or file.seek(0, 2)
        file.seek(max(0, self.end - 64))
        found = _END.search(file.read(min(64, self.end)))
        if not found:
            raise Foreign("no end")
        self.begin = int(found[1])
        self._tables = [*self._chain(self.begin)]
        about = self._tables[0].about
        #: The first number that no object has.
        self.size = int(_matched(_SIZE, about)[1])
        #: What every revision says again: where the catalogue is, and the old information.
        self.kept = b"".join(_KEPT.findall(about))
        self.identifier = _matched(_ID, about)[1]

    @property
    def is_plain(self) -> bool:
        """Whether the newest revision is written as the portal writes one, each object once."""
        table = self._tables[0]
        return bool(_FORM.fullmatch(table.about)) and len(self.numbers) == len(table.runs)

    @property
    def numbers(self) -> set[int]:
        """The numbers of the objects that the newest revision brought."""
        runs = self._tables[0].runs
        return {number for first, count in runs for number in range(first, first + count)}

    def catalogue(self) -> tuple[int, bytes]:
        number = int(_matched(_ROOT, self.kept)[1])
        return number, self.object(number)

    def field(self, name: str) -> tuple[int, bytes]:
        """Return number and dictionary of the field *name*. Raises KeyError."""
        listed = _FIELDS.search(self.catalogue()[1])
        for each in _REFERENCE.findall(listed[1] if listed else b""):
            body = self.object(int(each))
            if b"/T (%b)" % name.encode() in body:
                return int(each), body
        raise KeyError(name)

    def object(self, number: int) -> bytes:
        """Return the dictionary of an object that is no stream."""
        for table in self._tables:
            if found := table.line(number):
                break
        else:
            raise Foreign(f"no object {number}")
        kind, place = found[0], int.from_bytes(found[1 : 1 + FIELDS[1]], "big")
        if kind == 1:
            return self._direct(number, place)
        if kind == 2:
            return self._packed(place, int.from_bytes(found[1 + FIELDS[1] :], "big"))
        raise Foreign(f"object {number} is free")

    def _chain(self, begin: int) -> list[_Table]:
        tables: list[_Table] = []
        while True:
            about, data = self._stream(begin)
            numbers = [int(each) for each in _matched(_INDEX, about)[1].split()]
            runs = list(zip(numbers[::2], numbers[1::2], strict=True))
            tables.append(_Table(about, runs, data))
            before = _PREV.search(about)
            if not before:
                return tables
            if int(before[1]) >= begin:
                raise Foreign("revisions in a circle")
            begin = int(before[1])

    def _direct(self, number: int, place: int) -> bytes:
        self._file.seek(place)
        head = b"%d 0 obj\n" % number
        body = self._file.read(len(head))
        if body != head:
            raise Foreign(f"object {number} is not where it should be")
        found = b""
        while b"\nendobj" not in found:
            more = self._file.read(4096)
            if not more:
                raise Foreign(f"object {number} does not end")
            found += more
        return found[: found.index(b"\nendobj")]

    def _packed(self, holder: int, index: int) -> bytes:
        place = next(found for table in self._tables if (found := table.line(holder)))
        about, data = self._stream(int.from_bytes(place[1 : 1 + FIELDS[1]], "big"))
        first = int(_matched(_FIRST, about)[1])
        places = [int(each) for each in data[:first].split()][1::2]
        end = places[index + 1] if index + 1 < len(places) else len(data) - first
        return data[first + places[index] : first + end].strip()

    def _stream(self, place: int) -> tuple[bytes, bytes]:
        """Return dictionary and data of the stream at *place*."""
        self._file.seek(place)
        head = self._file.read(4096)
        about, mark, rest = head.partition(b"\nstream\n")
        length = _LENGTH.search(about)
        if not mark or not length:
            raise Foreign("a stream is broken")
        missing = max(0, int(length[1]) - len(rest))
        return about, zlib.decompress((rest + self._file.read(missing))[: int(length[1])])


def filled(field: bytes, signature: int, look: int = 0) -> bytes:
    """Return a field's dictionary with its value, and with another look where it is seen."""
    if look:
        field = _LOOK.sub(b"/AP <</N %d 0 R>>" % look, field)
    return field[:-2] + b"/V %d 0 R>>" % signature


def is_seen(field: bytes) -> bool:
    return _EMPTY not in field


def is_filled(field: bytes) -> bool:
    return b"/V " in field


def only_fills_in(before: Existing, after: Existing) -> bool:
    """Say whether the newest revision of *after* did nothing to *before* but fill in one field."""
    changed = [number for number in after.numbers if number < before.size]
    if len(changed) != 1 or after.kept != before.kept or not after.is_plain:
        return False
    old, new = before.object(changed[0]), after.object(changed[0])
    value, look = _VALUE.search(new), _LOOK.search(new)
    if not value or is_filled(old) or b"/FT /Sig" not in old:
        return False
    drawn = int(_matched(_REFERENCE, look[0])[1]) if look else 0
    # A field that is not seen keeps the look it had.
    shown = drawn if drawn >= before.size else 0
    brought = {int(value[1]), shown} - {0}
    return new == filled(old, int(value[1]), shown) and brought <= after.numbers


def _matched(pattern: "re.Pattern[bytes]", text: bytes) -> "re.Match[bytes]":
    found = pattern.search(text)
    if not found:
        raise Foreign(f"{pattern.pattern!r} is missing")
    return found
