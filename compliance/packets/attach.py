"""Which files the PDF carries: the manifest, the tables made of it, the evidence."""

import mimetypes
from collections.abc import Callable, Iterable, Iterator

from compliance.packets import manifest as manifests
from compliance.packets.companions import Companion
from compliance.packets.manifest_rows import File, Manifest
from compliance.packets.press.linking import Attachment

# Yields the bytes of a file of the manifest, checked against its digest.
Open = Callable[[File], Iterator[bytes]]


def attachments(manifest: Manifest, made: Iterable[Companion], read: Open) -> Iterator[Attachment]:
    """Yield what is embedded, in order, each read only when it is written."""
    about = manifests.dumps(manifest).encode()
    yield _made(manifests.NAME, about, "Source", "application/json")
    for each in made:
        yield _made(each.name, each.data, each.relationship, each.media_type)
    for file in embedded(manifest):
        yield Attachment(
            file["path"],
            file["size"],
            file["media_type"] or _guessed(file["path"]),
            "Supplement",
            lambda file=file: read(file),  # type: ignore[misc]
        )


def embedded(manifest: Manifest) -> list[File]:
    """Return the files that the PDF carries: each content once, under its first path."""
    chosen = (file for file in manifests.files(manifest) if file["embedded"])
    return list({file["sha256"]: file for file in reversed([*chosen])}.values())[::-1]


def _made(name: str, data: bytes, relationship: str, media_type: str) -> Attachment:
    return Attachment(name, len(data), media_type, relationship, lambda: iter([data]))


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
