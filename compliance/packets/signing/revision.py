"""Add a signature to a packet's PDF as a revision, byte by byte behind what is there."""

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from compliance.packets.press.reading import Existing
from compliance.packets.press.syntax import FIELDS, line, stream

# For the four numbers that say what is signed.
_RANGE_ROOM = 60
_CHUNK = 1 << 20


class Revision:
    """What is added: new objects, and new versions of some that are there."""

    def __init__(self, existing: Existing) -> None:
        self._existing = existing
        self._objects: dict[int, bytes] = {}
        self._free = existing.size

    def numbers(self, count: int) -> int:
        """Take so many numbers that no object has; return the first."""
        self._free += count
        return self._free - count

    def put(self, number: int, body: bytes) -> None:
        self._objects[number] = body

    def sign(
        self,
        source: BinaryIO,
        out: BinaryIO,
        number: int,
        about: bytes,
        room: int,
        made: Callable[[bytes], bytes],
    ) -> None:
        """Copy *source* to *out* with the revision behind it, and write the signature into it.

        Object *number* is the signature's dictionary with *about* in it; *made* returns a signature
        of at most *room* bytes over a SHA-256.
        """
        begin = self._existing.end
        head = b"%d 0 obj\n<<%b/Contents " % (number, about)
        first = begin + len(head)
        second = first + 2 * room + 2
        tail = b"/ByteRange %b>>\nendobj\n"
        after = second + len(tail) - 2 + _RANGE_ROOM
        rest = self._rest(number, begin, after)
        span = b"[0 %d %d %d]" % (first, second, after + len(rest) - second)
        rest = tail % span.ljust(_RANGE_ROOM) + rest
        digest = _copied(source, out)
        digest.update(head)
        digest.update(rest)
        content = made(digest.digest())
        if len(content) > room:
            raise ValueError(f"the signature takes {len(content)} bytes of {room}")
        out.write(head + b"<" + content.hex().upper().encode().ljust(2 * room, b"0") + b">" + rest)

    def _rest(self, signature: int, begin: int, at: int) -> bytes:
        """Return everything behind the signature, which begins at *begin*; *at* is where it stands."""
        places = {signature: begin}
        written = bytearray()
        for number, body in sorted(self._objects.items()):
            places[number] = at + len(written)
            written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        table = self.numbers(1)
        places[table] = at + len(written)
        index = b" ".join(b"%d 1" % number for number in sorted(places))
        lines = b"".join(line(1, places[number], 0) for number in sorted(places))
        kept, identifier = self._existing.kept, self._existing.identifier
        mine = hashlib.sha256(identifier + bytes(written)).hexdigest()[:32].encode()
        about = b"/Type /XRef/Size %d/W [%d %d %d]/Index [%b]%b/Prev %d/ID [<%b> <%b>]" % (
            self._free,
            *FIELDS,
            index,
            kept,
            self._existing.begin,
            identifier,
            mine,
        )
        written += b"%d 0 obj\n%b\nendobj\n" % (table, stream(lines, about))
        written += b"startxref\n%d\n%%%%EOF\n" % places[table]
        return bytes(written)


def _copied(source: BinaryIO, out: BinaryIO) -> "hashlib._Hash":
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        out.write(chunk)
    return digest
