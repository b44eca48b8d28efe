"""Line-based files: finding the encoding, and lines and columns of bounded size."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

LINE_LIMIT = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding(stream: BinaryIO) -> str:
    """The text encoding: a BOM says it, else UTF-8 if the whole file is, else Korean Windows'."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = stream.read(1 << 16)
    for bom, label in _BOMS:
        if head.startswith(bom):
            return label
    chunk = head
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = stream.read(1 << 20)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"


def head_text(head: bytes) -> str:
    """The head of a file as text, for sniffing; a letter cut at its end does not matter."""
    stream = io.BytesIO(head)
    for cut in range(4):
        whole = head[: len(head) - cut] if cut else head
        if encoding(io.BytesIO(whole)) != "cp949":
            stream = io.BytesIO(whole)
            break
    return stream.getvalue().decode(encoding(stream), "replace")


def is_utf16(head: bytes) -> bool:
    """Whether the head is UTF-16 text that is not XML, whose readers know UTF-16 themselves.

    PowerShell's `tool > file` writes whatever a tool prints this way.
    """
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return not as_utf8(head).lstrip().startswith(b"<")


def as_utf8(head: bytes) -> bytes:
    return head.decode("utf-16", "replace").removesuffix("\ufffd").encode("utf-8", "replace")


def from_korean(head: bytes) -> bytes:
    """The head of a file of a Korean Windows in UTF-8."""
    return head.decode("cp949", "replace").removesuffix("\ufffd").encode("utf-8", "replace")


def in_utf8(stream: BinaryIO, label: str) -> BinaryIO:
    """The same text of another encoding in UTF-8, in a file that goes with its last reader."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(label)("replace")
    made: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last reader
    while chunk := stream.read(1 << 20):
        made.write(decoder.decode(chunk).encode("utf-8", "replace"))
    made.seek(0)
    return made


def lines(stream: BinaryIO) -> Iterator[str]:
    """Lines as text, none longer than LINE_LIMIT characters."""
    label = encoding(stream)
    stream.seek(0)
    wrapper = io.TextIOWrapper(stream, encoding=label, errors="replace", newline="")
    try:
        while line := wrapper.readline(LINE_LIMIT):
            yield line
    finally:
        wrapper.detach()


def columns(stream: BinaryIO, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line number, columns) of each row of a CSV; None where a line cannot be split."""
    reader = csv.reader(lines(stream), delimiter=delimiter, strict=False)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, None
        else:
            yield reader.line_num, row
