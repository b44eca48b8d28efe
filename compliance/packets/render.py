"""Draw a manifest. A pure function of it: no database, no clock, no network, no file of the machine.

The document is a list of sections. Each is compiled once and kept under the digest of all it was made
from; a document is linked of them in a fraction of a second.
"""

import ctypes.util
import gc
import hashlib
import io
import logging
import tempfile
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.utils.translation import pgettext

from compliance.packets import contents, fonts, hands
from compliance.packets import manifest as manifests
from compliance.packets.drawing import TEMPLATES, Read, compile_section, compose
from compliance.packets.editions import flat, speaking
from compliance.packets.hands import Watch
from compliance.packets.manifest_rows import Manifest
from compliance.packets.press import linking, logos
from compliance.packets.press.linking import Attachments, Late, Logo, Piece
from compliance.packets.press.metadata import About
from compliance.packets.press.parts import Part, Placed
from compliance.packets.press.stamping import Heads
from compliance.packets.press.store import Store
from compliance.packets.section import Edition, Section

__all__ = ["Edition", "compile_section", "compose"]

# Called several times a second with how far the sections are; may raise to stop.
Look = Callable[["Standing"], None]

_log = logging.getLogger(__name__)
_HERE = Path(__file__).resolve().parent
_LOOK_SECONDS = 0.05
# What lays text out: another version may break lines elsewhere.
_ENGINES = ("weasyprint", "pydyf", "uharfbuzz", "fonttools", "pylopdf-fonts-ko")


class Mark(StrEnum):
    """How a section stands, as one character."""

    THERE = "="
    DONE = "+"
    UNDER_WAY = "~"
    WAITING = "."


@dataclass(frozen=True, slots=True)
class Leaf:
    """A section of a drawn document: how many pages it has, and the digest of what is on them."""

    key: str
    title: str
    level: int
    pages: int
    digest: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The drawn document: its pages, the characters that had no glyph, what stands where."""

    pages: int
    missing: list[str]
    outline: list[Leaf]


@dataclass(frozen=True, slots=True)
class Plan:
    """The sections of an edition: *digests* are what they are kept under, *made_from* those of what
    they say, whatever program draws it. *identity* is the manifest's digest."""

    manifest: Manifest
    edition: Edition
    sections: list[Section]
    digests: list[str]
    made_from: list[str]
    missing: list[str]
    identity: str


def plan(manifest: Manifest, edition: Edition) -> Plan:
    """Return what the document consists of, without drawing any of it."""
    with _without_collecting():
        return _planned(manifest, edition)


def _planned(manifest: Manifest, edition: Edition) -> Plan:
    identity, lacking, missing = hashlib.sha256(), False, []
    for piece in manifests.pieces(manifest):
        identity.update(piece.encode())
        lacking = lacking or fonts.may_lack_glyphs(piece)
    if lacking:
        missing = fonts.missing_glyphs("\n".join(manifests.texts(manifest)))
    with speaking(edition) as style:
        found = contents.sections(manifest, [_described(char) for char in missing], style)
    made_from = [_made_from(each, edition) for each in found]
    digests = [hashlib.sha256(f"{each} {_machinery()}".encode()).hexdigest() for each in made_from]
    return Plan(manifest, edition, found, digests, made_from, missing, identity.hexdigest())


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no garbage: a hundred thousand rows are made here, none of which is any, and going
    through all that a worker holds takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class Standing:
    """How far the sections of a plan are. *compiled* are those that this worker did."""

    plan: Plan
    store: Store
    there: list[bool]
    at: int = 0
    compiled: int = 0
    _done: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The title of the section under way."""
        return flat(self.plan.sections[self.at].title)

    @property
    def missing(self) -> int:
        """How many sections were not there at first."""
        return self.there.count(False)

    @property
    def finished(self) -> int:
        """How many sections are there, as far as this worker knows without looking."""
        return len(self.there) - self.missing + len(self._done)

    def finish(self, index: int) -> None:
        self._done.add(index)

    def marks(self) -> str:
        """Return a sign for each section: see Mark. Looks what other workers have done meanwhile."""
        return "".join(self._mark(index) for index in range(len(self.there)))

    def _mark(self, index: int) -> str:
        if self.there[index]:
            return Mark.THERE
        if index in self._done or self.store.has(self.plan.digests[index]):
            self._done.add(index)
            return Mark.DONE
        under_way = index == self.at or self.store.is_claimed(self.plan.digests[index])
        return Mark.UNDER_WAY if under_way else Mark.WAITING


def compile_missing(made: Plan, store: Store, read: Read, look: Look | None = None) -> int:
    """Compile the sections that *store* lacks, in a child; return how many these were.

    *read* gives the bytes of a file by its SHA-256; *look* is called several times a second and may
    raise to stop. Any number of workers may do it at once: each takes what no other has claimed, and
    all return when the last section is done.
    """
    standing = Standing(made, store, [store.has(digest) for digest in made.digests])
    left = deque(index for index, there in enumerate(standing.there) if not there)
    watch: Watch = partial(look, standing) if look else lambda: None
    watch()
    refused = 0
    with hands.hand() as hand:
        while left:
            standing.at = left.popleft()
            if _compile(standing, hand, read, watch):
                standing.finish(standing.at)
                refused = 0
                continue
            left.append(standing.at)
            refused += 1
            if refused >= len(left):  # others are at everything that is left
                watch()
                time.sleep(_LOOK_SECONDS)
    watch()
    return standing.compiled


def _compile(standing: Standing, hand: hands.Holder, read: Read, watch: Callable[[], None]) -> bool:
    """Compile the section at hand unless it is there; False while another worker is at it."""
    plan, store = standing.plan, standing.store
    section, digest = plan.sections[standing.at], plan.digests[standing.at]
    if store.has(digest):
        return True
    with store.claim(digest) as mine:
        if not mine:
            return False
        if not store.has(digest):
            hand.compile(section, plan.edition, digest, store, read, watch)
            standing.compiled += 1
    return True


def link(
    made: Plan,
    store: Store,
    out: BinaryIO,
    read: Read,
    attachments: Attachments = (),
    watch: Watch = lambda: None,
) -> Drawing:
    """Write the document of the compiled sections to *out*. *watch* may raise to stop."""
    manifest = made.manifest
    shelf = _Shelf(made, store, read, watch)
    logo = _logo(manifest, read)
    sheets: list[int] = []

    def pieces() -> Iterator[Piece]:
        for index, section in enumerate(made.sections):
            part = shelf.part(index)
            sheets.append(len(part.sheets))
            yield _piece(section, part, partial(shelf.place, index), manifest, logo)

    linked = linking.link(
        out,
        pieces(),
        _about(manifest, made.edition, made.identity),
        attachments,
        Late(_values(manifest, made.edition, made.identity), logo),
        store.program,
    )
    if linked.missing:
        _log.warning("Links lead nowhere in the packet: %s", ", ".join(linked.missing[:10]))
    outline = [
        Leaf(
            section.key,
            flat(section.title or section.head),
            section.level,
            count,
            digest[:16],
        )
        for section, digest, count in zip(made.sections, made.made_from, sheets, strict=True)
    ]
    return Drawing(linked.pages, made.missing, outline)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The compiled sections of a plan; what was lost or damaged since is compiled again."""

    plan: Plan
    store: Store
    read: Read
    watch: Watch

    def part(self, index: int) -> Part:
        digest = self.plan.digests[index]
        self.watch()
        part = self.store.get(digest)
        if part is None:
            self._again(index)
            part = self.store.get(digest)
        if part is None:
            raise FileNotFoundError(digest)
        self.store.touch(digest)
        return part

    def place(self, index: int, base: int) -> Placed:
        self.watch()
        try:
            return self.store.place(self.plan.digests[index], base)
        except KeyError:
            self._again(index)
            return self.store.place(self.plan.digests[index], base)

    def _again(self, index: int) -> None:
        plan = self.plan
        with hands.hand() as hand:
            hand.compile(
                plan.sections[index],
                plan.edition,
                plan.digests[index],
                self.store,
                self.read,
                self.watch,
            )


def render(manifest: Manifest, edition: Edition, read: Read) -> bytes:
    """Return the PDF of *manifest* with nothing embedded. The same manifest gives the same bytes."""
    made = plan(manifest, edition)
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        compile_missing(made, store, read)
        link(made, store, out, read)
    return out.getvalue()


def _piece(
    section: Section,
    part: Part,
    place: Callable[[int], Placed],
    manifest: Manifest,
    logo: Logo | None,
) -> Piece:
    heads = None
    if section.head:
        heads = Heads(
            fonts.visible(flat(section.head)),
            fonts.visible(manifest["organisation"]),
            _number(manifest),
            section.colour or manifest.get("look", {}).get("colour", ""),
            logo.size if logo else None,
        )
    margin = fonts.visible(flat(section.margin))
    return Piece(part, place, heads, lists=section.form == "toc", margin=margin)


def _logo(manifest: Manifest, read: Read) -> Logo | None:
    """The applicant's logo as running heads draw it."""
    found = manifest.get("look", {}).get("logo")
    if not found:
        return None
    return logos.small(read(found["sha256"]))


def _number(manifest: Manifest) -> str:
    return f"{manifest['application']['number']} · R{manifest['round']}"


def _about(manifest: Manifest, edition: Edition, identity: str) -> About:
    with speaking(edition) as style:
        subject = flat(pgettext("packet", "Integration application: submitted packet"))
    return About(
        title=f"{manifest['application']['title']} · {manifest['application']['number']}",
        author=manifest["organisation"],
        subject=subject,
        language=style.language,
        created=manifest["frozen_at"],
        identifier=identity[:32],
    )


def _values(manifest: Manifest, edition: Edition, identity: str) -> dict[str, str]:
    """Return what is stamped: it differs in every freeze and should cost no section its place."""
    values = {"stamp-identity": identity, "stamp-manifest": f"{manifests.NAME}: {identity}"}
    checkpoint = manifest["checkpoint"]
    if checkpoint["seq"]:
        with speaking(edition):
            entry = flat(pgettext("packet", "entry %(seq)d") % {"seq": checkpoint["seq"]})
            told = f"{flat(pgettext('packet', 'Audit checkpoint'))}: {entry}"
        values |= {"stamp-checkpoint": told, "stamp-checkpoint-hash": checkpoint["hash"]}
    return values


def _made_from(section: Section, edition: Edition) -> str:
    """Return a digest of what a section says, whatever draws it."""
    digest = hashlib.sha256(b"[")
    for each in (section.form, section.key, section.title, edition):
        digest.update(manifests.canonical(each).encode() + b",")
    for piece in manifests.pieces(section.inputs):
        digest.update(piece.encode())
    digest.update(f",{manifests.canonical(section.picture)}]".encode())
    return digest.hexdigest()


@cache
def _machinery() -> str:
    """Return a digest of everything besides its inputs that a section's look depends on."""
    digest = hashlib.sha256()
    sources = [
        # By their folder: whoever asks for a template loads the template tags of every room.
        *(
            each
            for path in cast("list[Path]", settings.TEMPLATES[0]["DIRS"])
            for each in Path(path, TEMPLATES).iterdir()
        ),
        *(_HERE / "press").glob("*.py"),
        *(_HERE / name for name in ("drawing.py", "editions.py", "differing.py", "fonts.py")),
        *(_HERE / name for name in ("tables.py", "words.py")),
        _HERE / "templatetags" / "packet.py",
        *(_HERE.parent / "shared" / "templatetags").glob("*.py"),
        *(mo for path in settings.LOCALE_PATHS for mo in Path(path).glob("*/LC_MESSAGES/*.mo")),
    ]
    for path in sorted(set(sources)):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for name in _ENGINES:
        digest.update(f"{name}=={version(name)}".encode())
    return digest.hexdigest()


def _described(char: str) -> str:
    # No quotation of the character itself: it is the one thing that cannot be printed.
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


@cache
def _warn_without_subsetter() -> None:
    if ctypes.util.find_library("harfbuzz-subset") is None:
        _log.warning(
            "libharfbuzz-subset is not installed: a page takes seconds instead of milliseconds. "
            "Install the package libharfbuzz-subset0."
        )
