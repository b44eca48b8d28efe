"""Make the PDF and the ZIP of a manifest: pages, embedded files, signature, ZIP, verification.

Works on files and the manifest alone; where the bytes of a file come from is the caller's word.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.packets import archive, render, sealing
from compliance.packets import manifest as manifests
from compliance.packets.attach import attachments
from compliance.packets.checksums import NAME as CHECKSUMS
from compliance.packets.checksums import checksums
from compliance.packets.manifest import File, Manifest
from compliance.packets.press.store import Store
from compliance.packets.render import Edition
from compliance.packets.report import Report
from compliance.packets.signing import Key, Signed
from compliance.packets.statement import NAME as STATEMENT
from compliance.packets.statement import as_csv
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
    sealed: Signed


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
    """Write the packet into *folder*. Raises Refused when a file is missing or was altered."""
    files = manifests.files(manifest)
    _collect(files, open_file, step)
    plan = render.plan(manifest, edition)
    read = reader(manifest, open_file)
    render.compile_missing(plan, store, read, lambda *told: step(Phase.PAGES, *told))
    statement = as_csv(manifest, edition)
    unsigned, pdf, zipped = (
        folder / f"{name_of(manifest, edition)}{suffix}" for suffix in (".draft", ".pdf", ".zip")
    )
    step(Phase.ATTACH, 0, 1, "")
    with unsigned.open("wb") as out:
        enclosed = attachments(manifest, statement, open_file)
        drawing = render.link(plan, store, out, read, enclosed)
    step(Phase.SIGN, 0, 1, "")
    sealed = sealing.seal(manifest, edition, unsigned, pdf, key)
    unsigned.unlink()
    _zip(manifest, pdf, zipped, statement, open_file, step)
    report = _verified(zipped, step)
    return Built(pdf, zipped, drawing.pages, drawing.missing, report, sealed)


def wrap(manifest: Manifest, edition: str, pdf: Path, out: Path, *, open_file: Open) -> None:
    """Write the ZIP around a PDF that was signed after it was built, and check it."""

    def step(phase: Phase, done: int, total: int, name: str) -> None:
        """Nobody watches: it takes as long as copying the files."""

    _zip(manifest, pdf, out, as_csv(manifest, edition), open_file, step)
    _verified(out, step)


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
        if digest.hexdigest() != file["sha256"]:
            raise Refused(
                _(
                    "“%(path)s” is not the file that was frozen. Restore it from a backup, "
                    "then build the packet again."
                )
                % {"path": file["path"]}
            )


def _zip(
    manifest: Manifest, pdf: Path, out: Path, statement: bytes, open_file: Open, step: Step
) -> None:
    files = manifests.files(manifest)
    about = manifests.dumps(manifest).encode()
    with pdf.open("rb") as file:
        lines = [(pdf.name, hashlib.file_digest(file, "sha256").hexdigest())]
    lines += [(manifests.NAME, hashlib.sha256(about).hexdigest())]
    lines += [(STATEMENT, hashlib.sha256(statement).hexdigest())]
    lines += [(each["path"], each["sha256"]) for each in files]
    with out.open("wb") as target:
        writer = archive.Writer(target, frozen_at=manifest["frozen_at"])
        writer.add(pdf.name, _chunks(pdf))
        writer.add(manifests.NAME, [about])
        writer.add(STATEMENT, [statement])
        for done, each in enumerate(files):
            step(Phase.ZIP, done, len(files), each["name"])
            writer.add(each["path"], open_file(each))
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
