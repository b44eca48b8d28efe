"""Verify a packet's ZIP: each file against the signed PDF in it, and the container byte by byte."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from compliance.packets import _container, _verify_audit, _verify_pdf, archive, companions, paths
from compliance.packets import manifest as manifests
from compliance.packets._container import Container, Data, Found
from compliance.packets._verify_pdf import Opened
from compliance.packets.archive import Entry
from compliance.packets.checksums import NAME as CHECKSUMS
from compliance.packets.checksums import checksums
from compliance.packets.manifest_rows import File, Manifest
from compliance.packets.report import Report, Unreadable, Verdict

# One changed byte reaches one header; a tool that packs again writes all of them its own way.
FEWEST_STRANGE = 2
_LARGEST_MADE = 1 << 28
_LARGEST_MANIFEST = 1 << 26
_LARGEST_PDF = 1 << 31
_SIZES_BEHIND = 0x0008


def container_name() -> str:
    """What a report calls bytes that belong to no file."""
    return _("ZIP directory")


@dataclass(slots=True)
class _Case:
    """What one verification knows."""

    found: Container
    opened: Opened
    manifest: Manifest
    report: Report
    pdf: str
    noted: dict[str, str]
    files: list[File]
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def made(self) -> list[str]:
        """The tables that the packet has: as many as its PDF carries."""
        told = self.opened.contents.files if self.opened.is_sealed else self.noted
        return [name for name in companions.NAMES if name in told]


def verify(data: Data, name: str) -> Report:
    """Return what is true of the ZIP in *data*. Raises Unreadable when it is no packet."""
    found = _container.read(data)
    pdf = _pdf_of(found)
    opened = _verify_pdf.open_pdf(_view(found, pdf), everything=False)
    beside = _read_manifest(found.content(manifests.NAME, _LARGEST_MANIFEST))
    # The signed manifest is the truth; the one beside it speaks only where that cannot.
    manifest = opened.manifest if opened.is_sealed else beside or opened.manifest
    if manifest is None:
        return _without_manifest(found, opened, name)
    report = Report(name, "zip", signature=opened.signature, manifest=manifest)
    report.manifest_digest, report.copy = manifests.digest(manifest), opened.copy
    noted = _noted(found.content(CHECKSUMS))
    case = _Case(found, opened, manifest, report, pdf, noted, manifests.files(manifest))
    _judge_pdf(case)
    _judge_files(case)
    _judge_companions(case)
    _judge_checksums(case)
    _judge_names(case)
    _judge_container(case)
    _verify_audit.judge(report, manifest)
    return report


def _pdf_of(found: Container) -> str:
    """The name of the packet's PDF: the one at the top."""
    names = (each.name for each in found.found)
    return next((name for name in names if name.endswith(".pdf") and "/" not in name), "")


def _view(found: Container, pdf: str) -> bytes:
    """The PDF's bytes; ours lie there as they are, another tool may have deflated them."""
    each = found.get(pdf)
    if each is None:
        return b""
    if each.entry.method == archive.STORED:
        return bytes(found.data[each.start : each.end])
    return found.content(pdf, _LARGEST_PDF) or b""


def _without_manifest(found: Container, opened: Opened, name: str) -> Report:
    if not found.content(CHECKSUMS):
        raise Unreadable(_("%(name)s is a ZIP, but not a packet of Gatepass.") % {"name": name})
    report = Report(name, "zip", signature=opened.signature)
    report.add(manifests.NAME, Verdict.ALTERED, _("The manifest cannot be read."))
    return report


def _judge_pdf(case: _Case) -> None:
    if not case.pdf:
        why = _("There is no signed document: the packet says itself that it is incomplete.")
        lacking = any(paths.is_missing(each.name) for each in case.found.found)
        case.report.add(_("the packet's PDF"), Verdict.MISSING, why if lacking else "")
    elif case.opened.is_sealed:
        case.report.add(case.pdf, Verdict.INTACT)
    else:
        case.report.add(case.pdf, Verdict.ALTERED, case.opened.problem)


def _judge_files(case: _Case) -> None:
    strangers = _strangers(case)
    for file in case.files:
        found = case.found.get(file["path"])
        if found is None:
            case.report.add(file["path"], *_absent(case, file, strangers))
            continue
        measured = case.found.measured(found, file["size"])
        same = measured.whole and measured.sha256 == file["sha256"]
        case.report.add(file["path"], Verdict.INTACT if same else Verdict.ALTERED)
    for each in strangers:
        case.report.add(each.name, Verdict.ADDED, _about_stranger(case, each))


def _strangers(case: _Case) -> list[Found]:
    """Files that neither the manifest nor the packet's own form knows."""
    known = {file["path"] for file in case.files}
    own = {case.pdf, manifests.NAME, CHECKSUMS, *companions.NAMES}
    notes = {paths.missing(path) for path in known if case.found.get(path) is None}
    known |= own | notes
    return [e for e in case.found.found if e.name not in known and not e.is_folder]


def _absent(case: _Case, file: File, strangers: list[Found]) -> tuple[Verdict, str]:
    """A file that is not in its place: under another name, said to be missing, or just gone."""
    for each in strangers:
        if each.entry.size != file["size"]:
            continue
        if case.found.measured(each, file["size"]).sha256 == file["sha256"]:
            strangers.remove(each)
            return Verdict.RENAMED, _("It lies in the ZIP as “%(name)s”.") % {"name": each.name}
    if case.found.get(paths.missing(file["path"])):
        return Verdict.MISSING, _("It was missing already when the ZIP was written.")
    return Verdict.MISSING, ""


def _about_stranger(case: _Case, each: Found) -> str:
    for file in case.files:
        same = file["size"] == each.entry.size
        if same and case.found.measured(each, file["size"]).sha256 == file["sha256"]:
            return _("The manifest does not know it; its content is that of “%(path)s”.") % {
                "path": file["path"]
            }
    return _("The manifest does not know this file.")


def _judge_companions(case: _Case) -> None:
    """manifest.json and the tables against their copies in the PDF, else against the check sums."""
    case.digests[manifests.NAME] = case.report.manifest_digest
    for name in case.made:
        if case.opened.is_sealed and (true := case.opened.contents.files.get(name)) is not None:
            case.digests[name] = _sha256(true)
    for name in (manifests.NAME, *case.made):
        found = case.found.get(name)
        if found is None:
            case.report.add(name, Verdict.MISSING)
            continue
        expected = case.digests.get(name) or case.noted.get(name)
        same = case.found.measured(found, _LARGEST_MADE).sha256 == expected
        case.report.add(name, Verdict.INTACT if same else Verdict.ALTERED)
    for name in set(companions.NAMES) - set(case.made):
        if case.found.get(name):
            case.report.add(name, Verdict.ADDED, _("The signed document does not know this file."))


def _judge_checksums(case: _Case) -> None:
    """SHA256SUMS has one right text: rebuild it, trusting its own word only for what is damaged."""
    written = case.found.content(CHECKSUMS)
    if written is None:
        case.report.add(CHECKSUMS, Verdict.MISSING)
        return
    same = checksums(_lines(case)) == written
    case.report.add(CHECKSUMS, Verdict.INTACT if same else Verdict.ALTERED)


def _lines(case: _Case) -> Iterator[tuple[str, str]]:
    wrong = {each.name for each in case.report.wrong}
    for name in filter(None, (case.pdf, manifests.NAME, *case.made)):
        found = case.found.get(name)
        own = case.found.measured(found, _LARGEST_PDF).sha256 if found else ""
        true = case.digests.get(name, own)
        yield name, case.noted.get(name, true) if name in wrong else true
    for file in case.files:
        note = paths.missing(file["path"])
        found = case.found.get(note)
        if found is not None and case.found.get(file["path"]) is None:
            yield note, case.found.measured(found, _LARGEST_MADE).sha256
        else:
            yield file["path"], file["sha256"]


def _judge_names(case: _Case) -> None:
    """What no packet has, whoever packed it: links, names that lead out, one name twice."""
    seen: set[str] = set()
    for each in case.found.found:
        if each.is_link:
            case.report.add(each.name, Verdict.ALTERED, _("It is a link, not a file."))
        if paths.problem(each.name.rstrip("/")):
            told = _("Its name would lead out of the folder, or hides characters.")
            case.report.add(each.name, Verdict.ADDED, told)
        if each.name in seen:
            # Only the first was judged, and a tool that unpacks may keep the second.
            case.report.add(each.name, Verdict.ADDED, _("This name occurs twice."))
        seen.add(each.name)


def _judge_container(case: _Case) -> None:
    """Rebuild every header from names and contents; a byte that differs belongs to somebody."""
    end = case.found.found[-1].end if case.found.found else 0
    strange = [*_strange(case, end)]
    is_ours = len({name for name, _told in strange}) < FEWEST_STRANGE
    if is_ours:
        for name, told in strange:
            case.report.add(name, Verdict.ALTERED, told)
    about = [*_gaps(case)]
    if case.found.comment:
        about.append(_("The ZIP has a comment of %(n)d bytes.") % {"n": case.found.comment})
    if not is_ours:
        about.append(_("The ZIP was packed again; its files are judged by their content."))
    if about:
        case.report.add(container_name(), Verdict.ALTERED, " ".join(about))


def _gaps(case: _Case) -> Iterator[str]:
    """Say where bytes lie between files."""
    before, end, spare = _("the beginning"), 0, 0
    for each in case.found.found:
        gap = each.entry.offset - end
        if not 0 <= gap <= spare:
            yield (
                _("%(n)d bytes between %(before)s and “%(name)s” are not in order.")
                % {"n": abs(gap), "before": before, "name": each.name}
            )
        # A stranger's tool may write sizes behind the file.
        before, end, spare = f"“{each.name}”", each.end, 24 if each.flags & _SIZES_BEHIND else 0


def _strange(case: _Case, place: int) -> Iterator[tuple[str, str]]:
    """Yield (name, what) of headers that are not as the portal writes them.

    *place* is where the directory should begin.
    """
    stamp = archive.stamp_of(case.manifest["frozen_at"])
    data, true = case.found.data, []
    wrong = {each.name for each in case.report.wrong}
    for each in case.found.found:
        entry = _true(case, each, is_altered=each.name in wrong)
        header = archive.local_header(entry, stamp)
        if data[entry.offset : entry.offset + len(header)] != header:
            yield each.name, _("Its header in the ZIP was altered.")
        true.append(entry)
    for each, entry in zip(case.found.found, true, strict=True):
        record = archive.central_header(entry, stamp)
        if data[place : place + len(record)] != record:
            yield entry.name, _("Its line in the ZIP directory was altered.")
        written = each.record and data[place : place + len(each.record)] == each.record
        place += len(each.record if written else record)
    if not case.found.comment and data[place:] != archive.end_record(true, stamp):
        yield container_name(), _("Bytes that belong to no file.")


def _true(case: _Case, each: Found, *, is_altered: bool) -> Entry:
    """What the headers should say; of an altered file only they know."""
    if is_altered:
        return each.entry
    measured = case.found.measured(each, len(case.found.data))
    entry = replace(each.entry, crc=measured.crc, size=measured.size)
    if entry.method != archive.DEFLATED:
        return entry
    packed = zlib.crc32(memoryview(case.found.data)[each.start : each.end])
    return replace(entry, packed_crc=packed)


def _read_manifest(content: bytes | None) -> Manifest | None:
    try:
        return manifests.loads(content) if content else None
    except manifests.Unreadable:
        return None


def _noted(content: bytes | None) -> dict[str, str]:
    """Return what SHA256SUMS says by path, for lines that can be read."""
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    return {line[66:]: line[:64] for line in lines if len(line) > len("0" * 66)}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
