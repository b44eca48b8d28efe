"""Write the packet's ZIP: the signed PDF, the manifest, what was made of it, the evidence, check sums."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf

from compliance.packets import archive, companions
from compliance.packets import manifest as manifests
from compliance.packets.checksums import NAME as CHECKSUMS
from compliance.packets.checksums import checksums
from compliance.packets.companions import Companion
from compliance.packets.disk import disk_errors
from compliance.packets.manifest_rows import File, Manifest
from compliance.packets.missing import Missing, note

# Yields the bytes of a file of the manifest, checked; raises Refused naming it when it cannot.
Open = Callable[[File], Iterator[bytes]]
# Called with how many files are written, and the name of the next one.
Told = Callable[[int, str], None]
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Item:
    """One file on its way into the ZIP; *sha256* "" is found while it is written."""

    name: str
    chunks: Iterable[bytes]
    size: int
    media_type: str
    sha256: str = ""


def pack(
    manifest: Manifest, pdf: Path, out: Path, open_file: Open, told: Told | None = None
) -> None:
    """Write the ZIP of a finished PDF, of whatever revision, to *out*.

    The tables come out of the PDF, so that both say the same. Raises Refused with a sentence where a
    file is missing or the disk is full; *out* is then not there.
    """
    files = (_evidence(each, open_file) for each in manifests.files(manifest))
    made = (_made(each) for each in enclosed(pdf))
    paper = _Item(pdf.name, _chunks(pdf), pdf.stat().st_size, "application/pdf")
    _write(out, manifest, [paper], made, files, told)


def pack_incomplete(
    manifest: Manifest, edition: str, out: Path, open_file: Open, missing: dict[str, Missing]
) -> None:
    """Write what there is, with a note in the place of each file of *missing* (by path).

    Nothing is signed and there is no document: this is no packet that could be sent.
    """
    files = (
        _plain(*note(missing[each["path"]], edition))
        if each["path"] in missing
        else _evidence(each, open_file)
        for each in manifests.files(manifest)
    )
    made = (_made(each) for each in companions.make(manifest, edition, {}))
    _write(out, manifest, [], made, files, None)


def enclosed(pdf: Path) -> Iterator[Companion]:
    """Yield the tables that a packet's PDF carries; one of an older version has fewer."""
    with pikepdf.open(pdf) as document:
        for name in companions.NAMES:
            if name in document.attachments:
                yield Companion(name, document.attachments[name].get_file().read_bytes())


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open *path* for writing: it is there whole when all went well, and else not at all."""
    begun = path.with_name(f".{path.name}.part")
    try:
        with disk_errors():
            with begun.open("w+b", buffering=CHUNK) as file:
                yield file
            begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)


def _write(
    out: Path,
    manifest: Manifest,
    papers: list[_Item],
    made: Iterable[_Item],
    files: Iterable[_Item],
    told: Told | None,
) -> None:
    lines: list[tuple[str, str]] = []
    about = manifests.dumps(manifest).encode()
    with whole(out) as target:
        writer = archive.Writer(target, frozen_at=manifest["frozen_at"])

        def add(item: _Item) -> None:
            digest = hashlib.sha256()
            chunks = item.chunks if item.sha256 else _hashed(item.chunks, digest)
            writer.add(item.name, chunks, size=item.size, media_type=item.media_type)
            lines.append((item.name, item.sha256 or digest.hexdigest()))

        for item in (*papers, _plain(manifests.NAME, about), *made):
            add(item)
        for done, item in enumerate(files):
            if told:
                told(done, item.name)
            add(item)
        sums = _plain(CHECKSUMS, checksums(lines))
        writer.add(sums.name, sums.chunks, size=sums.size)
        writer.close()


def _evidence(file: File, open_file: Open) -> _Item:
    # Its digest needs no second look: what opens it has checked it.
    return _Item(file["path"], open_file(file), file["size"], file["media_type"], file["sha256"])


def _made(each: Companion) -> _Item:
    return _Item(each.name, [each.data], len(each.data), each.media_type)


def _plain(name: str, data: bytes) -> _Item:
    return _Item(name, [data], len(data), "text/plain")


def _hashed(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
