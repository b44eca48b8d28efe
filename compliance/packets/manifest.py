"""The manifest: what a packet says, as canonical JSON. Its digest is the packet's identity.

Everything that the document, the ZIP and the verification need stands here, so that they are pure
functions of it. Times are ISO 8601 with offset, days ISO dates, sizes bytes; "" means not given.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from compliance.packets.manifest_rows import File, Manifest

FORMAT = "gatepass.manifest/3"
# What each format has besides the keys of the first. Packets of old stay readable and keep their
# digests.
KNOWN_FORMATS = {
    "gatepass.manifest/1": (),
    "gatepass.manifest/2": ("submission",),
    FORMAT: ("submission", "look"),
}
HASH = "SHA-256"
NAME = "manifest.json"


class Unreadable(ValueError):
    """The text is no manifest of a format that this portal knows."""


def dumps(manifest: Manifest) -> str:
    """Return the canonical JSON: sorted keys, no spaces, UTF-8 as it is, no floats."""
    _refuse_floats(manifest)
    return canonical(manifest)


def loads(text: str | bytes) -> Manifest:
    """Return the manifest in *text*. Raises Unreadable with a sentence."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"The manifest is not JSON ({error}).") from error
    if not isinstance(value, dict) or value.get("format") not in KNOWN_FORMATS:
        raise Unreadable(f"The manifest does not say “{FORMAT}”.")
    wanted = {*Manifest.__required_keys__, *KNOWN_FORMATS[value["format"]]}
    missing = sorted(wanted - set(value))
    if missing:
        raise Unreadable(f"The manifest lacks {', '.join(missing)}.")
    manifest = cast("Manifest", value)
    try:
        whole = all(set(file) >= File.__required_keys__ for file in files(manifest))
    except (KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise Unreadable("The manifest does not say of each file what it has to.")
    return manifest


def pieces(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the canonical JSON piece by piece: that of a thousand pages takes 20 MB at once.

    Whether there are floats was asked when it was frozen.
    """
    yield "{"
    for place, (key, value) in enumerate(sorted(manifest.items())):
        yield f"{',' if place else ''}{canonical(key)}:"
        if not isinstance(value, list) or not value:
            yield canonical(value)
            continue
        for index, each in enumerate(value):
            yield ("," if index else "[") + canonical(each)
        yield "]"
    yield "}"


def digest(manifest: Manifest) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    _refuse_floats(manifest)
    found = hashlib.sha256()
    for piece in pieces(manifest):
        found.update(piece.encode())
    return found.hexdigest()


def files(manifest: Manifest) -> list[File]:
    """Return every file of the packet once per path, in the order of the ZIP."""
    evidence = [
        file
        for assessment in manifest["assessments"]
        for item in assessment["evidence"]
        for file in item["files"]
    ]
    scans = [scan["file"] for scan in manifest["scans"] if scan["file"]]
    everything = [*evidence, *scans, *_drawn(manifest)]
    return list({file["path"]: file for file in everything}.values())


def _drawn(manifest: Manifest) -> Iterator[File]:
    """Yield what the document draws besides evidence: diagrams and the logo."""
    for diagram in manifest.get("submission", {}).get("diagrams", []):
        # The second format names files of diagrams that it does not have.
        yield from (cast("File", file) for file in diagram["files"] if "path" in file)
    logo = manifest.get("look", {}).get("logo")
    if logo:
        yield logo


def texts(value: Any) -> Iterator[str]:
    """Yield every string in *value*, a manifest or a part of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


# One encoder: `json.dumps` would make one for each of the ten thousand pieces.
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _refuse_floats(value: Any) -> None:
    """A float prints differently from one machine to the next, so none may enter the identity."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list):
            left += each
        elif isinstance(each, float):
            raise TypeError(f"{_place_of(each, value)} is a float; write an integer or a string.")


def _place_of(wanted: Any, value: Any, where: str = "manifest") -> str:
    """Return the path in *value* that leads to the very object *wanted*, "" for none."""
    if value is wanted:
        return where
    pairs: Iterable[tuple[object, Any]] = ()
    if isinstance(value, dict):
        pairs = ((f".{key}", each) for key, each in value.items())
    elif isinstance(value, list):
        pairs = ((f"[{index}]", each) for index, each in enumerate(value))
    return next(
        (found for step, each in pairs if (found := _place_of(wanted, each, f"{where}{step}"))), ""
    )
