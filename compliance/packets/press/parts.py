"""A compiled section: PDF objects whose numbers are not fixed yet.

References and keys are marks in the bytes, which `relocate` turns into numbers. Numbers inside a part
are local, from 0; those of objects that the linker writes once for the whole document are global.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pydyf

from compliance.packets.press.syntax import LINE, line

# A global object's number while a section is compiled; no section has as many objects.
GLOBAL = 900_000_000
# Objects that every section may name. The numbers are those of the finished file.
CATALOGUE, PAGES, STRUCTURE, DOCUMENT, PROFILE, SPACES, LOGO = 1, 2, 3, 4, 5, 6, 7
FACES = {"sans": 10, "serif": 11, "bold": 12}

# 0 never occurs in the syntax of an object: strings beyond ASCII are written in hexadecimal.
_REFERENCE, _KEY, _END = b"\x00R%d\x00", b"\x00K%d\x00", b"\x01"
_MARK = re.compile(rb"\x00([RK])(\d+)\x00")
# So many objects a stream: a reader unpacks a whole stream to see one object of it.
_PACK = 2000


@dataclass(slots=True)
class Sheet:
    """A page of a part: the local number of its object, its size in points."""

    number: int
    width: float
    height: float


@dataclass(slots=True)
class Bookmark:
    """An entry of the outline; *page* counts inside the part."""

    level: int
    label: str
    page: int
    x: float
    y: float


@dataclass(slots=True)
class Link:
    """An area that leads to an anchor, which may be in another part. *paged*: at its right end is
    room for the number of the page it leads to."""

    page: int
    box: list[float]
    target: str
    paged: bool = False


@dataclass(slots=True)
class Part:
    """What a section became.

    Object 0 is the node of its pages. *objects* are the bytes of everything that fits an object
    stream, each ended by a mark, in the order of *numbers*; *streams* are (local number, dictionary,
    data). *elements* are the numbers of the topmost structure elements, *leaf* that of the part's
    node in the parent tree, *fields* those of fields to sign. *glyphs* are, for each face, {glyph: (text, thousandths of an em)}.
    """

    sheets: list[Sheet]
    count: int
    numbers: Sequence[int]
    objects: bytes
    streams: list[tuple[int, bytes, bytes]]
    elements: list[int]
    leaf: int
    anchors: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    bookmarks: list[Bookmark] = field(default_factory=list)
    links: Iterable[Link] = field(default_factory=list)
    fields: list[int] = field(default_factory=list)
    glyphs: dict[str, dict[int, tuple[str, int]]] = field(default_factory=dict)

    @property
    def packs(self) -> int:
        """How many object streams the part takes."""
        return -(-len(self.numbers) // _PACK)

    @property
    def used(self) -> int:
        """How many numbers it takes, with the stamps of its pages."""
        return self.count + len(self.sheets) + self.packs


def pointer(number: int) -> bytes:
    """Return a reference to a global object, as the objects of a section write it."""
    return b"%d 0 R" % (GLOBAL + number)


class Encoder:
    """Writes pydyf's objects with marks for numbers. *key* makes the ids of table heads unique."""

    def __init__(self, first: int, key: str) -> None:
        self._first, self._key = first, key.encode("ascii", "replace")

    def encode(self, value: Any) -> bytes:
        # Names and references first: they are nine values of ten, of a hundred thousand a section.
        if type(value) is str:
            return value.encode("ascii")
        return self._bytes(value) if type(value) is bytes else self._other(value)

    def _other(self, value: Any) -> bytes:
        match value:
            case dict():
                return self._dictionary(value)
            case list() | tuple():
                return b"[" + b" ".join(map(self.encode, value)) + b"]"
            case Wrapped():
                return self.encode(value.value)
            case Key():
                return _KEY % (value.number - self._first)
            case _:
                return bytes(pydyf._to_bytes(value))

    def _bytes(self, value: bytes) -> bytes:
        if not value.endswith(b" 0 R") or not value[:-4].isdigit():
            return value
        number = int(value[:-4])
        return _REFERENCE % (number if number >= GLOBAL else number - self._first)

    def _dictionary(self, value: dict[Any, Any]) -> bytes:
        if value.get("Type") == "/Annot":
            value = {**value, "F": 4}  # printed: PDF/A asks for it
        parts = [b"/%b %b" % (_name(k), self._value(k, v)) for k, v in value.items()]
        return b"<<" + b"".join(parts) + b">>"

    def _value(self, key: Any, value: Any) -> bytes:
        if key == "ID" and isinstance(value, pydyf.String):
            return self._named(value)
        if key == "Headers":
            return b"[" + b" ".join(self._named(each) for each in value) + b"]"
        return self.encode(value)

    def _named(self, value: Any) -> bytes:
        return b"(%b.%b)" % (self._key, pydyf._to_bytes(value.string))


class Wrapped(pydyf.Object):  # type: ignore[misc]  # pydyf has no types
    """An object of its own that is neither a dictionary nor a stream, or not yet known."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the parent tree, made of the number of the object that carries it."""

    number: int


@lru_cache(maxsize=1000)
def _name(key: str) -> bytes:
    return bytes(pydyf._to_bytes(key))


def joined(objects: list[bytes]) -> bytes:
    return b"".join(each + _END for each in objects)


@dataclass(slots=True)
class Placed:
    """A part with its final numbers, ready to be copied into a file.

    *direct* are whole objects one after another; *offsets* are (local number, where it begins in
    them). *lines* are the part's lines of the cross-reference table, those of *offsets* still empty.
    """

    direct: bytes
    offsets: list[tuple[int, int]]
    lines: bytes


def place(part: Part, base: int) -> Placed:
    """Give the objects of *part* the numbers from *base*.

    The numbers after the part's own are, in order, the stamps of its pages (written by the linker)
    and its object streams.
    """

    def number(found: "re.Match[bytes]") -> bytes:
        local = int(found[2])
        final = local - GLOBAL if local >= GLOBAL else local + base
        return b"%d 0 R" % final if found[1] == b"R" else b"%d" % final

    direct, offsets, lines = bytearray(), [], bytearray(LINE * part.used)
    for local, about, data in part.streams:
        offsets.append((local, len(direct)))
        head = _MARK.sub(number, about)
        direct += b"%d 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\n" % (base + local, head, data)
    bodies = _MARK.sub(number, part.objects).split(_END)[:-1]
    holder = part.count + len(part.sheets)
    for start in range(0, len(bodies), _PACK):
        some = bodies[start : start + _PACK]
        numbers = part.numbers[start : start + _PACK]
        for index, local in enumerate(numbers):
            lines[local * LINE : (local + 1) * LINE] = line(2, base + holder, index)
        offsets.append((holder, len(direct)))
        direct += _pack(base + holder, [base + local for local in numbers], some)
        holder += 1
    return Placed(bytes(direct), offsets, bytes(lines))


def _pack(number: int, numbers: list[int], bodies: list[bytes]) -> bytes:
    position, index = 0, []
    for each, body in zip(numbers, bodies, strict=True):
        index.append(b"%d %d" % (each, position))
        position += len(body) + 1
    head = b" ".join(index)
    data = zlib.compress(head + b"\n" + b"\n".join(bodies), 6)
    about = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>" % (
        len(bodies),
        len(head) + 1,
        len(data),
    )
    return b"%d 0 obj\n%b\nstream\n%b\r\nendstream\nendobj\n" % (number, about, data)
