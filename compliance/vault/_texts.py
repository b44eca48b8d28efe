"""Text: decodes as UTF-8 (with or without mark), CP949, or UTF-16 with a mark (PowerShell's >)."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_noop as _

from compliance.vault.problems import Problem

_CHUNK = 1024 * 1024
# What came in was read whole; on the way out its beginning tells the codec.
HEAD = 256 * 1024
# Control characters that no log or configuration has. Kept: tab, line ends, form feed, escape.
_CONTROL = re.compile("[\x00-\x07\x0e-\x19\x1c-\x1f]")
# The same by bytes, five times as fast: such a byte is part of no letter, neither in UTF-8 nor CP949.
_CONTROL_BYTES = bytes(_CONTROL.match(chr(byte)) is not None for byte in range(256))


def encoding_of(path: Path, limit: int | None = None) -> str:
    """Return the codec that reads the file, or its first *limit* bytes; Problem when none does."""
    for codec in _candidates(path):
        if _reads(path, codec, limit):
            return codec
    raise Problem(_("This is not readable text. Save it as UTF-8 and upload it again."))


def check_text(path: Path) -> None:
    encoding_of(path)


def _candidates(path: Path) -> list[str]:
    with path.open("rb") as file:
        mark = file.read(2)
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return ["utf-16"]
    return ["utf-8-sig", "cp949"]


def _reads(path: Path, codec: str, limit: int | None) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as file:
            for chunk in _chunks(file, limit):
                text = decoder.decode(chunk)
                if (
                    _CONTROL.search(text)
                    if codec == "utf-16"
                    else 1 in chunk.translate(_CONTROL_BYTES)
                ):
                    return False
            decoder.decode(b"", final=limit is None)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(file: BinaryIO, limit: int | None) -> Iterator[bytes]:
    if limit is not None:
        yield file.read(limit)
        return
    while chunk := file.read(_CHUNK):
        yield chunk
