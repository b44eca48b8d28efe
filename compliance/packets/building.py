"""Make the PDF and the ZIP of a manifest: pages, embedded files, signature, ZIP, verification.

Works on files and the manifest alone; where the bytes of a file come from is the caller's word.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.packets import companions, missing, packing, render, sealing
from compliance.packets import manifest as manifests
from compliance.packets.attach import attachments
from compliance.packets.disk import disk_errors
from compliance.packets.editions import STYLES
from compliance.packets.manifest_rows import File, Manifest
from compliance.packets.missing import Incomplete
from compliance.packets.press.linking import Attachment
from compliance.packets.press.store import Store
from compliance.packets.render import Drawing, Leaf, Look
from compliance.packets.report import Report
from compliance.packets.section import Edition
from compliance.packets.signing import Key, Signed
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
    outline: list[Leaf]
    report: Report
    sealed: Signed


def name_of(manifest: Manifest, edition: str) -> str:
    """Return the packet's file name without its extension."""
    return f"{manifest['application']['number']}-R{manifest['round']}-{edition}"


def edition_of(code: str) -> Edition:
    """Return the edition of a packet, the Korean one where nobody knows its code any more."""
    return code if code in STYLES else "ko"


def build(  # noqa: PLR0913 - where everything comes from
    manifest: Manifest,
    edition: Edition,
    folder: Path,
    *,
    store: Store,
    open_file: Open,
    key: Key,
    step: Step,
    look: Look | None = None,
) -> Built:
    """Write the packet into *folder*. Raises Refused when a file is missing or was altered, or the
    disk is full. *step* and *look* are called several times a second; what they raise stops it."""
    with disk_errors():
        return _build(_Work(manifest, edition, folder, store, open_file, key, step, look))


@dataclass(frozen=True, slots=True)
class _Work:
    """What a packet is built of."""

    manifest: Manifest
    edition: Edition
    folder: Path
    store: Store
    open_file: Open
    key: Key
    step: Step
    look: Look | None

    @property
    def name(self) -> str:
        return name_of(self.manifest, self.edition)

    def watched(self, phase: Phase) -> Open:
        """Return what opens files and lets the work be stopped between their chunks."""

        def opened(file: File) -> Iterator[bytes]:
            for chunk in self.open_file(file):
                self.step(phase, 0, 1, file["name"])
                yield chunk

        return opened


def _build(work: _Work) -> Built:
    _collect(work)
    plan = render.plan(work.manifest, work.edition)
    read = reader(work.manifest, work.open_file)
    render.compile_missing(plan, work.store, read, work.look or _looked(work.step))
    unsigned = work.folder / f"{work.name}.draft"
    drawing = _linked(work, plan, unsigned)
    work.step(Phase.SIGN, 0, 1, "")
    pdf, zipped = unsigned.with_suffix(".pdf"), unsigned.with_suffix(".zip")
    sealed = sealing.seal(work.manifest, work.edition, unsigned, pdf, work.key)
    unsigned.unlink()
    count = len(manifests.files(work.manifest))
    packing.pack(
        work.manifest,
        pdf,
        zipped,
        work.watched(Phase.ZIP),
        lambda done, name: work.step(Phase.ZIP, done, count, name),
    )
    report = _verified(zipped, work.step)
    return Built(pdf, zipped, drawing.pages, drawing.missing, drawing.outline, report, sealed)


def _collect(work: _Work) -> None:
    """Read every file once before the long work begins. Raises Incomplete, with the ZIP of the rest,
    when some cannot be had."""
    told = partial(work.step, Phase.COLLECT)
    if lost := missing.find(work.manifest, work.watched(Phase.COLLECT), told):
        draft = work.folder / f"{work.name}-incomplete.zip"
        by_path = {each.file["path"]: each for each in lost}
        packing.pack_incomplete(work.manifest, work.edition, draft, work.open_file, by_path)
        raise Incomplete(lost, draft)


def _looked(step: Step) -> Look:
    return lambda standing: step(Phase.PAGES, standing.finished, len(standing.there), standing.name)


def _linked(work: _Work, plan: render.Plan, out: Path) -> Drawing:
    work.step(Phase.ATTACH, 0, 1, "")

    def enclosed(pages: Mapping[str, int]) -> Iterator[Attachment]:
        made = companions.make(work.manifest, work.edition, pages)
        return attachments(work.manifest, made, work.watched(Phase.ATTACH))

    with out.open("wb") as file:
        return render.link(
            plan,
            work.store,
            file,
            reader(work.manifest, work.open_file),
            enclosed,
            lambda: work.step(Phase.ATTACH, 0, 1, ""),
        )


def wrap(manifest: Manifest, pdf: Path, out: Path, *, open_file: Open) -> None:
    """Write the ZIP around a PDF that was signed after it was built, and check it."""

    def step(phase: Phase, done: int, total: int, name: str) -> None:
        """Nobody watches: it takes as long as copying the files."""

    with disk_errors():
        packing.pack(manifest, pdf, out, open_file)
        _verified(out, step)


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
