"""Make the PDF and the ZIP of a manifest: pages, embedded files, signature, ZIP, verification.

Works on files and the manifest alone; where the bytes of a file come from is the caller's word.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.packets import archive, render, signing
from compliance.packets import manifest as manifests
from compliance.packets.attach import attachments
from compliance.packets.checksums import NAME as CHECKSUMS
from compliance.packets.checksums import checksums
from compliance.packets.editions import STYLES
from compliance.packets.hands import is_full
from compliance.packets.manifest import File, Manifest
from compliance.packets.press.store import Store
from compliance.packets.render import Drawing, Leaf, Look
from compliance.packets.report import Report
from compliance.packets.section import Edition
from compliance.packets.signing import Key
from compliance.packets.statement import NAME as STATEMENT
from compliance.packets.statement import as_csv
from compliance.packets.verify import verify
from compliance.shared.errors import Refused

# Yields the bytes of a file of the manifest, checked; raises Refused naming it when it cannot.
Open = Callable[[File], Iterator[bytes]]


FULL = gettext_lazy(
    "The server's disk is full. Nothing was kept of this packet, and the sections that are ready "
    "stay. Tell the people who run the server, then build it again."
)


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
    _collect(manifests.files(work.manifest), work.open_file, work.step)
    plan = render.plan(work.manifest, work.edition)
    read = reader(work.manifest, work.open_file)
    render.compile_missing(plan, work.store, read, work.look or _looked(work.step))
    statement = as_csv(work.manifest, work.edition)
    unsigned = work.folder / f"{work.name}.draft"
    drawing = _linked(work, plan, unsigned, statement)
    work.step(Phase.SIGN, 0, 1, "")
    at = datetime.fromisoformat(work.manifest["frozen_at"])
    pdf, zipped = unsigned.with_suffix(".pdf"), unsigned.with_suffix(".zip")
    signing.sign(unsigned, pdf, key=work.key, at=at, reason=work.name)
    unsigned.unlink()
    _zip(work, pdf, zipped, statement)
    report = _verified(zipped, work.step)
    return Built(pdf, zipped, drawing.pages, drawing.missing, drawing.outline, report)


def _looked(step: Step) -> Look:
    return lambda standing: step(Phase.PAGES, standing.finished, len(standing.there), standing.name)


def _linked(work: _Work, plan: render.Plan, out: Path, statement: bytes) -> Drawing:
    work.step(Phase.ATTACH, 0, 1, "")
    enclosed = attachments(work.manifest, statement, work.watched(Phase.ATTACH))
    chain = signing.chain(work.key)
    read = reader(work.manifest, work.open_file)
    with out.open("wb") as file:
        return render.link(
            plan,
            work.store,
            file,
            read,
            enclosed,
            chain,
            lambda: work.step(Phase.ATTACH, 0, 1, ""),
        )


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in a sentence that the disk is full: nothing is wrong with the packet."""
    try:
        yield
    except OSError as fault:
        if not is_full(fault):
            raise
        raise Refused(FULL) from fault
    except Refused as refusal:
        if isinstance(refusal.__cause__, OSError) and is_full(refusal.__cause__):
            raise Refused(FULL) from refusal
        raise


def reader(manifest: Manifest, open_file: Open) -> Callable[[str], bytes]:
    """Return what gives the bytes of a file of *manifest* by its SHA-256."""
    known = {each["sha256"]: each for each in manifests.files(manifest)}
    return lambda sha256: b"".join(open_file(known[sha256]))


def _collect(files: list[File], open_file: Open, step: Step) -> None:
    """Read every file once before the long work begins, so that a missing one is said at once."""
    for done, file in enumerate(files):
        step(Phase.COLLECT, done, len(files), file["name"])
        digest = hashlib.sha256()
        for chunk in open_file(file):
            digest.update(chunk)
            step(Phase.COLLECT, done, len(files), file["name"])
        if digest.hexdigest() != file["sha256"]:
            raise Refused(
                _(
                    "“%(path)s” is not the file that was frozen. Restore it from a backup, "
                    "then build the packet again."
                )
                % {"path": file["path"]}
            )


def _zip(work: _Work, pdf: Path, out: Path, statement: bytes) -> None:
    files = manifests.files(work.manifest)
    about = manifests.dumps(work.manifest).encode()
    with pdf.open("rb") as file:
        lines = [(pdf.name, hashlib.file_digest(file, "sha256").hexdigest())]
    lines += [(manifests.NAME, hashlib.sha256(about).hexdigest())]
    lines += [(STATEMENT, hashlib.sha256(statement).hexdigest())]
    lines += [(each["path"], each["sha256"]) for each in files]
    with out.open("wb") as target:
        writer = archive.Writer(target, frozen_at=work.manifest["frozen_at"])
        writer.add(pdf.name, _chunks(pdf))
        writer.add(manifests.NAME, [about])
        writer.add(STATEMENT, [statement])
        for done, each in enumerate(files):
            work.step(Phase.ZIP, done, len(files), each["name"])
            writer.add(each["path"], work.open_file(each))
        writer.add(CHECKSUMS, [checksums(lines)])
        writer.close()


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


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
