"""Compiled sections on disk, by the digest of what they were made from.

Losing them costs time and nothing else: whatever is missing or damaged is compiled again.
"""

import fcntl
import hashlib
import json
import os
import struct
import tempfile
import time
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from compliance.packets.press import faces, parts
from compliance.packets.press.parts import Bookmark, Link, Part, Placed, Sheet

_MAGIC = b"GPS3"
_LENGTH = struct.Struct(">Q")
_DRAFT = ".new-"


class Store:
    """A folder of compiled sections; several processes may write into it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def put(self, digest: str, part: Part) -> None:
        about, bodies = _written(part)
        self._write(self._path(digest), about, bodies)

    def get(self, digest: str) -> Part | None:
        """Return the part without its bodies, which `place` reads when it has to."""
        found = self._read(self._path(digest), whole=False)
        return _part(found[0], []) if found else None

    def place(self, digest: str, base: int) -> Placed:
        """Return the part with its numbers from *base*, as kept or made now."""
        kept = self._path(digest, f".{base}")
        if found := self._read(kept, whole=True):
            about, bodies = found
            offsets = [(local, offset) for local, offset in about["offsets"]]
            return Placed(bodies[0], offsets, bodies[1])
        whole = self._read(self._path(digest), whole=True)
        if whole is None:
            raise KeyError(digest)
        placed = parts.place(_part(*whole), base)
        self._write(kept, {"offsets": placed.offsets}, [placed.direct, placed.lines])
        return placed

    def program(self, face: str, glyphs: tuple[int, ...]) -> bytes:
        """Return the font file of a *face* with *glyphs* alone, as kept or made now."""
        wanted = f"{version('uharfbuzz')} {version('fonttools')} {glyphs}"
        digest = hashlib.sha256(f"{face} {wanted}".encode()).hexdigest()
        kept = self._path(digest, f".{face}")
        if found := self._read(kept, whole=True):
            return found[1][0]
        made = faces.program(face, glyphs)
        self._write(kept, {}, [made])
        return made

    @contextmanager
    def claim(self, digest: str) -> Iterator[bool]:
        """Give the section to one worker: False while another has it. A claim ends with its process."""
        path = self.root / "claims" / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            if not _is_still(path, file.fileno()):
                yield False
                return
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)

    def is_claimed(self, digest: str) -> bool:
        """Say whether somebody seems to be at it: a worker that was killed leaves its mark."""
        return (self.root / "claims" / digest).exists()

    def touch(self, digest: str) -> None:
        """Note that it is in use."""
        with suppress(OSError):
            os.utime(self._path(digest))

    def sweep(self, days: int) -> int:
        """Remove what nobody used for *days*; return how many files went."""
        gone, now = 0, time.time()
        for path in self.root.glob("??/*"):
            # What is half written was left by a worker that was killed.
            kept = 1 if path.name.startswith(_DRAFT) else days
            with suppress(OSError):
                if path.stat().st_mtime < now - kept * 86400:
                    path.unlink()
                    gone += 1
        return gone

    def _path(self, digest: str, suffix: str = "") -> Path:
        return self.root / digest[:2] / f"{digest}{suffix}"

    def _write(self, path: Path, about: dict[str, Any], bodies: list[bytes]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        head = json.dumps({**about, "bodies": [len(each) for each in bodies]}).encode()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_DRAFT)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + _LENGTH.pack(len(head)) + head)
                file.writelines(bodies)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _read(self, path: Path, *, whole: bool) -> tuple[dict[str, Any], list[bytes]] | None:
        try:
            with path.open("rb") as file:
                if file.read(len(_MAGIC)) != _MAGIC:
                    return None
                (size,) = _LENGTH.unpack(file.read(_LENGTH.size))
                about = json.loads(file.read(size))
                bodies = [file.read(each) for each in about["bodies"]] if whole else []
        except (OSError, ValueError, struct.error, KeyError):
            return None
        if whole and [len(each) for each in bodies] != about["bodies"]:
            return None
        return about, bodies


def _is_still(path: Path, descriptor: int) -> bool:
    """Say whether *path* names the open file: who locked one that was removed meanwhile holds nothing."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _written(part: Part) -> tuple[dict[str, Any], list[bytes]]:
    about = {
        "sheets": [[sheet.number, sheet.width, sheet.height] for sheet in part.sheets],
        "count": part.count,
        "packed": len(part.numbers),
        "elements": part.elements,
        "leaf": part.leaf,
        "streams": [local for local, _about, _data in part.streams],
        "anchors": part.anchors,
        "bookmarks": [asdict(each) for each in part.bookmarks],
        "links": json.dumps(
            [[each.page, each.box, each.target, each.paged] for each in part.links]
        ),
        "fields": part.fields,
        "glyphs": {face: _columns(used) for face, used in part.glyphs.items()},
    }
    bodies = [part.objects, array("I", part.numbers).tobytes()]
    for _local, head, data in part.streams:
        bodies += [head, data]
    return about, bodies


def _part(about: dict[str, Any], bodies: list[bytes]) -> Part:
    pairs = zip(bodies[2::2], bodies[3::2], strict=True)
    return Part(
        sheets=[Sheet(*each) for each in about["sheets"]],
        count=about["count"],
        # Without bodies only how many there are is of use, and no more is kept.
        numbers=array("I", bodies[1]) if bodies else range(about["packed"]),
        objects=bodies[0] if bodies else b"",
        streams=[(local, *pair) for local, pair in zip(about["streams"], pairs, strict=False)],
        elements=about["elements"],
        leaf=about["leaf"],
        anchors={name: tuple(at) for name, at in about["anchors"].items()},
        bookmarks=[Bookmark(**each) for each in about["bookmarks"]],
        links=_Links(about["links"]),
        fields=about["fields"],
        glyphs={face: _glyphs(*used) for face, used in about["glyphs"].items()},
    )


class _Links(Iterable[Link]):
    """Links as they were written: ten thousand of them take a quarter of the room until they are used."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __iter__(self) -> Iterator[Link]:
        return (Link(*each) for each in json.loads(self._text))


def _columns(used: faces.Glyphs) -> tuple[list[int], list[str], list[int]]:
    """Return numbers, texts, widths: read back three times as fast as a mapping of pairs."""
    return (
        [*used],
        [text for text, _width in used.values()],
        [wide for _text, wide in used.values()],
    )


def _glyphs(numbers: list[int], texts: list[str], widths: list[int]) -> faces.Glyphs:
    return dict(zip(numbers, zip(texts, widths, strict=True), strict=True))
