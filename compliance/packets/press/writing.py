"""Writes the objects of a PDF file and the table of where they are."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from compliance.packets.press import parts
from compliance.packets.press.metadata import About
from compliance.packets.press.parts import Placed
from compliance.packets.press.syntax import FIELDS, LINE, line, stream, streamed


class Writer:
    """A PDF that grows object by object; `finish` ends it."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._at = out, 0
        self._lines: dict[int, bytes] = {}
        self._runs: list[tuple[int, bytearray]] = []
        self._information = 0
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def object(self, number: int, body: bytes) -> None:
        self._here(number)
        self._write(b"%d 0 obj\n" % number)
        self._write(body)
        self._write(b"\nendobj\n")

    def stream(self, number: int, data: bytes) -> None:
        # One for each page, which are written anew with every document: quick before small.
        self.object(number, stream(data, level=1))

    def plain(self, number: int, about: bytes, data: bytes) -> None:
        """Write a stream that everybody can read without unpacking it."""
        head = b"<<%b/Length %d>>" % (about, len(data))
        self.object(number, b"%b\nstream\n%b\r\nendstream" % (head, data))

    def embedded(self, number: int, about: bytes, size: int, chunks: Iterable[bytes]) -> None:
        """Write a file of *size* bytes as it comes, without holding it."""
        self._here(number)
        self._write(b"%d 0 obj\n<<%b/Length %d>>\nstream\n" % (number, about, size))
        begun = self._at
        for chunk in chunks:
            self._write(chunk)
        if self._at - begun != size:
            raise ValueError(f"{self._at - begun} bytes came where {size} were announced")
        self._write(b"\r\nendstream\nendobj\n")

    def placed(self, placed: Placed, base: int) -> None:
        """Copy a part that has its numbers."""
        lines = bytearray(placed.lines)
        for local, offset in placed.offsets:
            lines[local * LINE : (local + 1) * LINE] = line(1, self._at + offset, 0)
        self._write(placed.direct)
        self._runs.append((base, lines))

    def profile(self) -> None:
        """Write the colour profile of the output and the colour spaces that pages may name."""
        profile = stream(_srgb(), b"/N 3")
        self.object(parts.PROFILE, profile)
        self.object(parts.SPACES, b"<<>>")

    def information(self, about: About, number: int) -> None:
        self.object(number, about.dictionary())
        self._information = number

    def finish(self, identifier: str) -> None:
        """Write the cross-reference stream. *identifier* is hexadecimal, the document's identity."""
        number = max(*self._lines, *(base + len(run) // LINE for base, run in self._runs)) + 1
        begun = self._at
        self._lines[0] = line(0, 0, 65535)
        self._here(number)
        index, lines = self._sections()
        about = (
            b"/Type /XRef/Size %d/W [%d %d %d]/Index [%b]/Root %d 0 R/Info %d 0 R/ID [<%b> <%b>]"
            % (
                number + 1,
                *FIELDS,
                b" ".join(b"%d %d" % pair for pair in index),
                parts.CATALOGUE,
                self._information,
                identifier.encode(),
                identifier.encode(),
            )
        )
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, streamed(lines, about, level=1)))
        self._write(b"startxref\n%d\n%%%%EOF\n" % begun)

    def _sections(self) -> tuple[list[tuple[int, int]], list[bytearray]]:
        """Return (first number, count) of each run of numbers, and their lines in that order."""
        runs = sorted(self._runs, key=itemgetter(0))
        firsts = [first for first, _run in runs]
        for number, each in self._lines.items():
            # Stamps have lines of their own inside a part's run.
            place = bisect_right(firsts, number) - 1
            at = (number - firsts[place]) * LINE
            if place >= 0 and at < len(runs[place][1]):
                runs[place][1][at : at + LINE] = each
            else:
                self._runs.append((number, bytearray(each)))
        index: list[tuple[int, int]] = []
        ordered = sorted(self._runs, key=itemgetter(0))
        for number, run in ordered:
            count = len(run) // LINE
            if index and sum(index[-1]) == number:
                index[-1] = (index[-1][0], index[-1][1] + count)
            else:
                index.append((number, count))
        return index, [run for _number, run in ordered]

    def _here(self, number: int) -> None:
        self._lines[number] = line(1, self._at, 0)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)


@cache
def _srgb() -> bytes:
    """The profile that WeasyPrint brings, in the public domain by the ICC's word."""
    # Found without loading the package, which linking does not need.
    spec = find_spec("weasyprint")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("weasyprint")
    return (Path(spec.origin).parent / "pdf" / "sRGB2014.icc").read_bytes()
