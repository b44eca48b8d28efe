"""Draw a manifest. A pure function of it: no database, no clock, no network, no file of the machine.

The document is a list of sections. Each is compiled once and kept under the digest of all it was made
from; a document is linked of them in a fraction of a second.
"""

import ctypes.util
import hashlib
import io
import json
import logging
import tempfile
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Literal

import page
from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import pgettext

from compliance.packets import contents, fonts, tables
from compliance.packets import manifest as manifests
from compliance.packets.contents import Section
from compliance.packets.manifest import Manifest
from compliance.packets.press import linking
from compliance.packets.press.blanks import blanks
from compliance.packets.press.linking import Attachment, Piece
from compliance.packets.press.metadata import About
from compliance.packets.press.parts import Part, Placed, place
from compliance.packets.press.stamping import Heads
from compliance.packets.press.store import Store

Edition = Literal["ko", "en"]
# Gives the bytes of a file of the manifest, checked against its digest.
Read = Callable[[str], bytes]
# Called with how many sections are ready, how many there are, and the title of the next one.
Progress = Callable[[int, int, str], None]

_log = logging.getLogger(__name__)
_HERE = Path(__file__).resolve().parent
_TEMPLATES = "packets/pdf"
_PROFILES = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
# What lays text out: another version may break lines elsewhere.
_ENGINES = ("weasyprint", "pydyf", "uharfbuzz", "fonttools", "pylopdf-fonts-ko")


@dataclass(frozen=True, slots=True)
class Drawing:
    """The drawn document: its pages, and the characters that had no glyph."""

    pages: int
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """The sections of an edition with the digests they are kept under."""

    manifest: Manifest
    edition: Edition
    sections: list[Section]
    digests: list[str]
    missing: list[str]


def plan(manifest: Manifest, edition: Edition) -> Plan:
    """Return what the document consists of, without drawing any of it."""
    missing = fonts.missing_glyphs("\n".join(manifests.texts(manifest)))
    with translation.override(edition):
        found = contents.sections(manifest, [_described(char) for char in missing])
    digests = [_digest(each, edition) for each in found]
    return Plan(manifest, edition, found, digests, missing)


def compile_missing(
    made: Plan,
    store: Store,
    read: Read,
    progress: Progress | None = None,
    *,
    backwards: bool = False,
) -> int:
    """Compile the sections that *store* lacks; return how many these were.

    *read* gives the bytes of a file by its SHA-256.

    Two workers may do it at once, one of them *backwards*: each skips what the other has done.
    """
    _warn_without_subsetter()
    pairs = list(zip(made.sections, made.digests, strict=True))
    compiled = 0
    for done, (section, digest) in enumerate(reversed(pairs) if backwards else pairs):
        if progress:
            progress(done, len(pairs), section.title)
        if store.has(digest):
            continue
        store.put(digest, compile_section(section, made.edition, read))
        compiled += 1
    return compiled


def link(
    made: Plan,
    store: Store,
    out: BinaryIO,
    read: Read,
    attachments: Iterable[Attachment] = (),
) -> Drawing:
    """Write the document of the compiled sections to *out*."""
    manifest = made.manifest
    identity = manifests.digest(manifest)
    pieces = []
    for section, digest in zip(made.sections, made.digests, strict=True):
        part = store.get(digest)
        if part is None:  # lost or damaged since it was compiled
            part = compile_section(section, made.edition, read)
            store.put(digest, part)
        store.touch(digest)
        pieces.append(_piece(section, part, partial(store.place, digest), manifest))
    linked = linking.link(
        out,
        pieces,
        _about(manifest, made.edition, identity),
        attachments,
        _values(manifest, made.edition, identity),
    )
    if linked.missing:
        _log.warning("Links lead nowhere in the packet: %s", ", ".join(linked.missing[:10]))
    return Drawing(linked.pages, made.missing)


def render(manifest: Manifest, edition: Edition, read: Read) -> bytes:
    """Return the PDF of *manifest* with nothing embedded. The same manifest gives the same bytes."""
    made = plan(manifest, edition)
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        compile_missing(made, store, read)
        link(made, store, out, read)
    return out.getvalue()


def compile_section(section: Section, edition: Edition, read: Read) -> Part:
    """Draw one section."""
    with translation.override(edition):
        if section.form == "exhibit":
            data = read(section.inputs["file"]["sha256"])
            return tables.exhibit(section, data, partial(_is_archival, edition=edition))
        if section.form in tables.FORMS:
            return tables.draw(section)
        # WeasyPrint takes 26 MB, which a process that only links, or does other work, can do without.
        from compliance.packets.press import compiling

        html = compose(section, edition)
        return compiling.compile_section(html, _style(), section.key, blanks())


def compose(section: Section, edition: Edition) -> str:
    """Return a section as an HTML document; what has no glyph is named in it."""
    about = {"key": section.key, "title": section.title}
    body = render_to_string(f"{_TEMPLATES}/{section.form}.html", {**section.inputs, "part": about})
    whole = {"part": about, "edition": edition, "body": mark_safe(body)}  # noqa: S308 - a template's
    return fonts.visible(render_to_string(f"{_TEMPLATES}/document.html", whole))


def _is_archival(part: Part, edition: Edition) -> bool:
    """Say whether a document of *part* alone would be valid PDF/A-3a and PDF/UA-1."""
    out = io.BytesIO()
    about = About("-", "-", "-", edition, "2000-01-01T00:00:00+00:00", "0" * 32)
    linking.link(out, [Piece(part, lambda base: place(part, base))], about)
    data = out.getvalue()
    return all(page.is_pdf_compliant_bytes(data, profile=each) for each in _PROFILES)


def _piece(
    section: Section, part: Part, place: Callable[[int], Placed], manifest: Manifest
) -> Piece:
    heads = None
    if section.head:
        heads = Heads(
            fonts.visible(section.head),
            fonts.visible(manifest["organisation"]),
            _number(manifest),
            section.colour,
        )
    margin = fonts.visible(section.margin)
    return Piece(part, place, heads, lists=section.form == "toc", margin=margin)


def _number(manifest: Manifest) -> str:
    return f"{manifest['application']['number']} · R{manifest['round']}"


def _about(manifest: Manifest, edition: Edition, identity: str) -> About:
    with translation.override(edition):
        subject = pgettext("packet", "Integration application: submitted packet")
    return About(
        title=f"{manifest['application']['title']} · {manifest['application']['number']}",
        author=manifest["organisation"],
        subject=subject,
        language=edition,
        created=manifest["frozen_at"],
        identifier=identity[:32],
    )


def _values(manifest: Manifest, edition: Edition, identity: str) -> dict[str, str]:
    """Return what is stamped: it differs in every freeze and should cost no section its place."""
    values = {"stamp-identity": identity, "stamp-manifest": f"{manifests.NAME}: {identity}"}
    checkpoint = manifest["checkpoint"]
    if checkpoint["seq"]:
        with translation.override(edition):
            entry = pgettext("packet", "entry %(seq)d") % {"seq": checkpoint["seq"]}
            told = f"{pgettext('packet', 'Audit checkpoint')}: {entry}"
        values |= {"stamp-checkpoint": told, "stamp-checkpoint-hash": checkpoint["hash"]}
    return values


def _digest(section: Section, edition: Edition) -> str:
    made_from = [section.form, section.key, section.title, edition, section.inputs, _machinery()]
    text = json.dumps(made_from, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _style() -> str:
    return render_to_string(f"{_TEMPLATES}/style.css")


@cache
def _machinery() -> str:
    """Return a digest of everything besides its inputs that a section's look depends on."""
    digest = hashlib.sha256()
    template = Path(str(get_template(f"{_TEMPLATES}/document.html").origin))  # type: ignore[attr-defined]
    sources = [
        *template.parent.iterdir(),
        *(_HERE / "press").glob("*.py"),
        *(_HERE / name for name in ("fonts.py", "tables.py", "words.py")),
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
