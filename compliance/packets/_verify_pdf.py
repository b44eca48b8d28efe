"""Verify a packet's PDF: its signature, its embedded manifest, and each embedded file."""

import hashlib
import io
from dataclasses import dataclass, field, replace

import pikepdf
from django.utils.translation import gettext as _

from compliance.packets import _verify_audit, companions, marking, seal
from compliance.packets import manifest as manifests
from compliance.packets.attach import embedded
from compliance.packets.manifest_rows import Manifest
from compliance.packets.report import CopyMark, Report, Unreadable, Verdict
from compliance.packets.seal import Signature

_MADE = {manifests.NAME, *companions.NAMES}


@dataclass(slots=True)
class Contents:
    """What a PDF carries: embedded files by name, None where the bytes cannot be read."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    opens: bool = True


@dataclass(slots=True)
class Opened:
    """A PDF with its signature and, where it can be read, its manifest."""

    signature: Signature | None
    contents: Contents
    manifest: Manifest | None
    copy: CopyMark | None = None

    @property
    def is_sealed(self) -> bool:
        return self.signature is not None and self.signature.intact

    @property
    def problem(self) -> str:
        """Why the document does not hold; "" when it does."""
        if self.signature is None:
            return _("The document has no signature.")
        return "" if self.signature.intact else self.signature.problem


def pages_name() -> str:
    """What a report calls everything in the PDF that is not an embedded file."""
    return _("document pages")


def open_pdf(data: bytes, *, everything: bool = True) -> Opened:
    """Read a PDF; without *everything* only the files that the portal made."""
    signature = seal.check(data)
    if signature is None or not signature.intact:
        copy = _open_copy(data, everything=everything)
        if copy is not None:
            return copy
    contents = _contents(data, everything=everything)
    return Opened(signature, contents, _manifest(contents.files.get(manifests.NAME)))


def _open_copy(data: bytes, *, everything: bool) -> Opened | None:
    """Open a copy that was marked for somebody by the packet in it; None where it is none.

    A part that is not exactly the mark could show anything on the pages, so it breaks the copy.
    """
    found = marking.split(data)
    if found is None:
        return None
    pdf, mark, edition = found
    opened = open_pdf(pdf, everything=everything)
    if not opened.is_sealed:
        return None
    opened.copy = mark
    if not marking.is_mark(pdf, mark, edition, data[len(pdf) :]):
        opened.signature = replace(  # type: ignore[type-var]
            opened.signature,
            intact=False,
            problem=_("Something other than the recipient's mark was added to the document."),
        )
    return opened


def verify(data: bytes, name: str) -> Report:
    """Return what is true of the PDF in *data*. Raises Unreadable when it is no packet."""
    opened = open_pdf(data)
    if opened.signature is None and opened.manifest is None:
        raise Unreadable(_("%(name)s is a PDF, but not a packet of Gatepass.") % {"name": name})
    report = Report(name, "pdf", signature=opened.signature, manifest=opened.manifest)
    report.copy = opened.copy
    _judge_files(report, opened)
    _judge_pages(report, opened)
    if opened.manifest is not None:
        _verify_audit.judge(report, opened.manifest)
    return report


def _judge_files(report: Report, opened: Opened) -> None:
    files = opened.contents.files
    if opened.manifest is None and not opened.contents.opens:
        return
    if opened.manifest is None:
        report.add(manifests.NAME, Verdict.ALTERED, _("The manifest cannot be read."))
        return
    about = files[manifests.NAME] or b""
    report.manifest_digest = hashlib.sha256(about).hexdigest()
    canonical = manifests.dumps(opened.manifest).encode() == about
    report.add(manifests.NAME, Verdict.INTACT if canonical else Verdict.ALTERED)
    carried = embedded(opened.manifest)
    for file in carried:
        verdict = _verdict(files, file["path"], file["sha256"])
        report.add(file["path"], verdict)
    for file in manifests.files(opened.manifest):
        if not file["embedded"]:
            report.add(file["path"], Verdict.ELSEWHERE, _("Only the ZIP carries this file."))
    known = {manifests.NAME, *companions.NAMES, *(file["path"] for file in carried)}
    for added in sorted(set(files) - known):
        report.add(added, Verdict.ADDED, _("The manifest does not know this file."))


def _verdict(files: dict[str, bytes | None], path: str, sha256: str) -> Verdict:
    if path not in files:
        return Verdict.MISSING
    content = files[path]
    same = content is not None and hashlib.sha256(content).hexdigest() == sha256
    return Verdict.INTACT if same else Verdict.ALTERED


def _judge_pages(report: Report, opened: Opened) -> None:
    """What the signature finds and no file explains was done to the pages."""
    if opened.is_sealed:
        report.add(pages_name(), Verdict.INTACT)
        return
    if opened.signature is None:
        report.add(pages_name(), Verdict.ALTERED, _("The document has no signature."))
    elif not report.wrong:
        report.add(pages_name(), Verdict.ALTERED, opened.signature.problem)
    else:
        report.add(pages_name(), Verdict.INTACT, _("Not judged: the signature is broken."))


def _manifest(content: bytes | None) -> Manifest | None:
    try:
        return manifests.loads(content) if content else None
    except manifests.Unreadable:
        return None


def _contents(data: bytes, *, everything: bool) -> Contents:
    contents = Contents()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as document:
            for name in list(document.attachments):
                if not everything and name not in _MADE:
                    continue
                contents.files[name] = _bytes_of(document, name)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, RecursionError):
        # A damaged file fails wherever the damage is; the signature says the rest.
        contents.opens = False
    return contents


def _bytes_of(document: pikepdf.Pdf, name: str) -> bytes | None:
    try:
        return document.attachments[name].get_file().read_bytes()
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        return None
