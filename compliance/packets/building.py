"""Make the PDF and the ZIP of a manifest: pages, embedded files, signature, ZIP, verification.

Works on files and the manifest alone; where the bytes of a file come from is the caller's word.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.packets import companions, missing, packing, render, signing
from compliance.packets import manifest as manifests
from compliance.packets.attach import attachments
from compliance.packets.manifest import File, Manifest
from compliance.packets.missing import Incomplete
from compliance.packets.press.linking import Attachment
from compliance.packets.press.store import Store
from compliance.packets.render import Edition
from compliance.packets.report import Report
from compliance.packets.signing import Key
from compliance.packets.verify import verify
from compliance.shared.errors import Refused

# Yields the bytes of a file of the manifest, checked; raises Refused naming it when it cannot.
Open = Callable[[File], Iterator[bytes]]


class Phase(StrEnum):
    COLLECT = "collect"
    PAGES = "pages"
    ATTACH = "attach"
    SIGN = "sign"
    ZIP = "zip"
    VERIFY = "verify"


# Called with the phase, how much of its work is done, how much there is, and what comes next.
Step = Callable[[Phase, int, int, str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """The packet on disk, and what was seen on the way."""

    pdf: Path
    zip: Path
    pages: int
    missing_glyphs: list[str]
    report: Report


def name_of(manifest: Manifest, edition: str) -> str:
    """Return the packet's file name without its extension."""
    return f"{manifest['application']['number']}-R{manifest['round']}-{edition}"


def build(  # noqa: PLR0913 - where everything comes from
    manifest: Manifest,
    edition: Edition,
    folder: Path,
    *,
    store: Store,
    open_file: Open,
    key: Key,
    step: Step,
) -> Built:
    """Write the packet into *folder*. Raises Incomplete when a file is missing or was altered."""
    lost = missing.find(manifest, open_file, partial(step, Phase.COLLECT))
    if lost:
        draft = folder / f"{name_of(manifest, edition)}-incomplete.zip"
        packing.pack_incomplete(
            manifest, edition, draft, open_file, {each.file["path"]: each for each in lost}
        )
        raise Incomplete(lost, draft)
    plan = render.plan(manifest, edition)
    read = reader(manifest, open_file)
    render.compile_missing(plan, store, read, lambda *told: step(Phase.PAGES, *told))
    unsigned, pdf, zipped = (
        folder / f"{name_of(manifest, edition)}{suffix}" for suffix in (".draft", ".pdf", ".zip")
    )
    step(Phase.ATTACH, 0, 1, "")
    with unsigned.open("wb") as out:

        def enclosed(pages: Mapping[str, int]) -> Iterator[Attachment]:
            return attachments(manifest, companions.make(manifest, edition, pages), open_file)

        drawing = render.link(plan, store, out, read, enclosed, signing.chain(key))
    step(Phase.SIGN, 0, 1, "")
    at = datetime.fromisoformat(manifest["frozen_at"])
    signing.sign(unsigned, pdf, key=key, at=at, reason=name_of(manifest, edition))
    unsigned.unlink()
    count = len(manifests.files(manifest))
    packing.pack(
        manifest,
        pdf,
        zipped,
        open_file,
        lambda done, name: step(Phase.ZIP, done, count, name),
    )
    report = _verified(zipped, step)
    return Built(pdf, zipped, drawing.pages, drawing.missing, report)


def reader(manifest: Manifest, open_file: Open) -> Callable[[str], bytes]:
    """Return what gives the bytes of a file of *manifest* by its SHA-256."""
    known = {each["sha256"]: each for each in manifests.files(manifest)}
    return lambda sha256: b"".join(open_file(known[sha256]))


def _verified(zipped: Path, step: Step) -> Report:
    """Check what was made as a reviewer would; a packet that fails is never handed out."""
    step(Phase.VERIFY, 0, 1, "")
    report = verify(zipped)
    if not report.intact:
        raise Refused(
            _("The packet failed its own verification at “%(name)s”. Build it again.")
            % {"name": report.wrong[0].name}
        )
    return report
