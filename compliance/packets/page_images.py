"""Pages of packets as images, and which pages of two packets belong beside each other.

An image is drawn in the vault's jail when somebody looks at it, and kept under VAR_DIR/previews by the
packet's digest: what is there may be deleted at any time.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from django.conf import settings

from compliance.packets.models import Packet
from compliance.vault import drawing, jail
from compliance.vault import services as vault

MEDIA_TYPE = "image/webp"
WIDTH = 1100
_MOST_BYTES = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class Part:
    """A section as a packet's outline tells it; *first* is its first page, from 1."""

    key: str
    title: str
    level: int
    pages: int
    digest: str
    first: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pages side by side, 0 for none. *part* begins on them unless it is None.

    *change* is “changed”, “added”, “removed” or "": what the section became since the other packet.
    """

    page: int
    beside: int
    key: str
    part: Part | None = None
    change: str = ""


def image(packet: Packet, number: int) -> bytes:
    """Return page *number* of the packet's PDF as WebP. Raises LookupError for none."""
    blob = packet.newest_pdf
    if blob is None:
        raise LookupError(number)
    kept = Path(settings.VAR_DIR) / "previews" / blob.sha256[:2] / f"{blob.sha256}-p{number}.webp"
    if kept.exists():
        return kept.read_bytes()
    path = vault.checked_path(blob, name=packet.file_name("pdf"))
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        made = Path(folder) / "page"
        try:
            size = jail.call(
                drawing.page_at,
                str(path),
                number,
                WIDTH,
                str(made),
                memory=jail.room_for(path),
                writes=_MOST_BYTES,
            )
        except (jail.Exhausted, jail.Fault) as fault:
            raise LookupError(number) from fault
        if not size:
            raise LookupError(number)
        data = made.read_bytes()
        made.replace(kept)
    return data


def parts(packet: Packet) -> list[Part]:
    """Return the sections of a packet; [] for one that was built before they were noted."""
    found, first = [], 1
    for key, title, level, pages, digest in packet.outline:
        found.append(Part(key, title, level, pages, digest, first))
        first += pages
    return found


def pairs(packet: Packet, beside: Packet | None) -> list[Pair]:
    """Return the pages of *packet* with those of *beside*: section by section, each from its first."""
    mine = parts(packet)
    others = parts(beside) if beside else []
    if not mine or (beside and not others):
        pages = zip_longest(_numbers(packet), _numbers(beside), fillvalue=0)
        return [Pair(page, other, "") for page, other in pages]
    # Other words make every section another one; only the same edition can tell what changed.
    compared = beside is not None and beside.edition == packet.edition
    return [
        pair
        for one, other in _aligned(mine, others)
        for pair in _side_by_side(one, other, compared)
    ]


def _numbers(packet: Packet | None) -> range:
    return range(1, packet.pages + 1) if packet else range(0)


def _aligned(
    mine: Sequence[Part], others: Sequence[Part]
) -> Iterator[tuple[Part | None, Part | None]]:
    """Pair sections by key; what only the other has stands after what it follows there."""
    keys = {each.key for each in mine}
    by_key = {each.key: each for each in others}
    follows: dict[str, list[Part]] = {}
    last = ""
    for each in others:
        if each.key in keys:
            last = each.key
        else:
            follows.setdefault(last, []).append(each)
    yield from ((None, each) for each in follows.get("", []))
    for each in mine:
        yield each, by_key.get(each.key)
        yield from ((None, gone) for gone in follows.get(each.key, []))


def _side_by_side(one: Part | None, other: Part | None, compared: bool) -> Iterator[Pair]:  # noqa: FBT001
    shown = one or other
    assert shown is not None  # noqa: S101 - a pair has at least one side
    change = _change(one, other) if compared else ""
    mine = range(one.first, one.first + one.pages) if one else range(0)
    theirs = range(other.first, other.first + other.pages) if other else range(0)
    for index, (page, beside) in enumerate(zip_longest(mine, theirs, fillvalue=0)):
        yield Pair(page, beside, shown.key, None if index else shown, change)


def _change(one: Part | None, other: Part | None) -> str:
    if one is None:
        return "removed"
    if other is None:
        return "added"
    return "" if one.digest == other.digest else "changed"
