"""JSON with the path of every value; mail with its parts; archives with their members."""

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from compliance.vault import _mails
from compliance.vault.names import extension
from compliance.vault.personal import plain
from compliance.vault.personal.pieces import Piece, Reader, Unreadable

_JSON_LIMIT = 64 * 1024**2
_MEMBER_LIMIT = 64 * 1024**2
_MOST_MEMBERS = 500
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)


def read_json(path: Path) -> Iterator[Piece]:
    """Large files, and such in other character sets, are read as lines."""
    if path.stat().st_size > _JSON_LIMIT or not plain.codec_of(path).startswith("utf-8"):
        yield from plain.read(path)
        return
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        try:
            yield from _values(file)
        except ijson.JSONError:
            return


def _values(file: Any) -> Iterator[Piece]:
    """Follow the path by hand: ijson's own names no index."""
    steps: list[str | int] = []
    for event, value in ijson.basic_parse(file, multiple_values=True):
        if event == "map_key":
            steps[-1] = value
            continue
        if event in ("end_map", "end_array"):
            steps.pop()
            continue
        if steps and isinstance(steps[-1], int):
            steps[-1] += 1
        if event == "start_map":
            steps.append("")
        elif event == "start_array":
            steps.append(-1)
        elif event in ("string", "number"):
            key = next((each for each in reversed(steps) if isinstance(each, str)), "")
            yield Piece(str(value), {"path": _path(steps)}, lead=f"{key}: " if key else "")


def _path(steps: list[str | int]) -> str:
    told = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in steps)
    return told.removeprefix(".")[:200]


def read_mail(path: Path, by_name: "Any") -> Iterator[Piece]:
    """Headers, bodies line by line, and attachments by the readers of their kind."""
    with path.open("rb") as file:
        head = re.split(rb"\r?\n\r?\n", file.read(65536), maxsplit=1)[0]
    yield from (
        each.within(part="header")
        for each in plain.blocks(io.StringIO(head.decode("utf-8", "replace")))
    )
    for part in _mails.parts_of(path):
        name = str(part.get_filename() or "")
        data = _mails.bytes_of(part)
        if name:
            yield from _inner(name, data, by_name)
        elif part.get_content_maintype() == "text":
            text = data.decode(_charset(part), "replace")
            if part.get_content_subtype() == "html":
                text = _TAG.sub(" ", text)
            yield from (each.within(part="body") for each in plain.blocks(io.StringIO(text)))


def _charset(part: Any) -> str:
    name = str(part.get_content_charset() or "utf-8")
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return "cp949" if name.lower() in ("euc-kr", "ks_c_5601-1987") else name


def read_zip(path: Path, by_name: Any) -> Iterator[Piece]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist()[:_MOST_MEMBERS]:
            if not entry.is_dir() and entry.file_size <= _MEMBER_LIMIT:
                yield from _inner(entry.filename, archive.read(entry), by_name)


def _inner(name: str, data: bytes, by_name: Any) -> Iterator[Piece]:
    reader: Reader | None = by_name(extension(name))
    if reader is None or not data:
        return
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            for piece in reader(Path(file.name)):
                yield piece.within(file=name[-120:])
        except (Unreadable, OSError, ValueError, KeyError, zipfile.BadZipFile):
            return  # the others are read all the same
