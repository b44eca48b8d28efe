"""Verify a packet's ZIP: each file against the signed PDF in it, and the container byte by byte."""

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from compliance.packets import _verify_pdf, archive
from compliance.packets import manifest as manifests
from compliance.packets.archive import Entry
from compliance.packets.checksums import NAME as CHECKSUMS
from compliance.packets.checksums import checksums
from compliance.packets.manifest import Manifest
from compliance.packets.report import Report, Unreadable, Verdict
from compliance.packets.statement import NAME as STATEMENT

# One changed byte reaches one header; a tool that packs again writes all of them its own way.
FEWEST_STRANGE = 2
LARGEST_UNPACKED = 2 * 1024**3
ANY_TIME = "2000-01-01T00:00:00+09:00"


def container_name() -> str:
    """What a report calls bytes that belong to no file."""
    return _("ZIP directory")


@dataclass(slots=True)
class _Archive:
    """The ZIP as its directory tells it, or, where that is damaged, as its headers do."""

    data: bytes
    entries: list[Entry] = field(default_factory=list)

    def content(self, name: str) -> bytes | None:
        for entry in self.entries:
            if entry.name == name:
                return self.data[entry.data_offset : entry.end]
        return None

    @property
    def pdf(self) -> str:
        """The name of the packet's PDF: the one at the top."""
        for entry in self.entries:
            if entry.name.endswith(".pdf") and "/" not in entry.name:
                return entry.name
        return ""


def verify(data: bytes, name: str) -> Report:
    """Return what is true of the ZIP in *data*. Raises Unreadable when it is no packet."""
    found = _open(data)
    report = _judged(found, name)
    if report is not None and _judge_container(report, found) < FEWEST_STRANGE:
        return report
    unpacked = _unpacked(data)
    if unpacked is None or (again := _judged(unpacked, name)) is None:
        return report or _without_manifest(found, name)
    again.add(
        container_name(),
        Verdict.ALTERED,
        _("The ZIP was packed again; its files are judged by their content."),
    )
    return again


def _judged(found: _Archive, name: str) -> Report | None:
    """Judge the files by their content; None where no manifest can be read."""
    opened = _verify_pdf.open_pdf(found.content(found.pdf) or b"")
    beside = _read_manifest(found.content(manifests.NAME))
    # The signed manifest is the truth; the one beside it speaks only where that cannot.
    manifest = opened.manifest if opened.is_sealed else beside or opened.manifest
    if manifest is None:
        return None
    report = Report(name, "zip", signature=opened.signature, manifest=manifest)
    report.manifest_digest = manifests.digest(manifest)
    _judge_pdf(report, found, opened)
    _judge_files(report, found, manifest)
    _judge_companions(report, found, opened, manifest)
    return report


def _without_manifest(found: _Archive, name: str) -> Report:
    if not found.content(CHECKSUMS):
        raise Unreadable(_("%(name)s is a ZIP, but not a packet of Gatepass.") % {"name": name})
    signature = _verify_pdf.open_pdf(found.content(found.pdf) or b"").signature
    report = Report(name, "zip", signature=signature)
    report.add(manifests.NAME, Verdict.ALTERED, _("The manifest cannot be read."))
    return report


def _judge_pdf(report: Report, found: _Archive, opened: _verify_pdf.Opened) -> None:
    if not found.pdf:
        report.add(_("the packet's PDF"), Verdict.MISSING)
    elif opened.is_sealed:
        report.add(found.pdf, Verdict.INTACT)
    else:
        problem = opened.signature.problem if opened.signature else ""
        report.add(found.pdf, Verdict.ALTERED, problem or _("The document has no signature."))


def _judge_files(report: Report, found: _Archive, manifest: Manifest) -> None:
    for file in manifests.files(manifest):
        content = found.content(file["path"])
        if content is None:
            report.add(file["path"], Verdict.MISSING)
        elif hashlib.sha256(content).hexdigest() == file["sha256"]:
            report.add(file["path"], Verdict.INTACT)
        else:
            report.add(file["path"], Verdict.ALTERED)
    known = {file["path"] for file in manifests.files(manifest)}
    known |= {found.pdf, manifests.NAME, STATEMENT, CHECKSUMS}
    seen: set[str] = set()
    for entry in found.entries:
        if entry.name not in known:
            report.add(entry.name, Verdict.ADDED, _("The manifest does not know this file."))
        elif entry.name in seen:
            # Only the first was judged, and a tool that unpacks may keep the second.
            report.add(entry.name, Verdict.ADDED, _("This name occurs twice."))
        seen.add(entry.name)


def _judge_companions(
    report: Report, found: _Archive, opened: _verify_pdf.Opened, manifest: Manifest
) -> None:
    """manifest.json and the statement against their copies in the PDF; then the check sums."""
    truth = {manifests.NAME: manifests.dumps(manifest).encode()}
    statement = opened.contents.files.get(STATEMENT) if opened.is_sealed else None
    noted = _noted(found.content(CHECKSUMS))
    for name in (manifests.NAME, STATEMENT):
        content = found.content(name)
        expected = truth.get(name) or statement
        if content is None:
            report.add(name, Verdict.MISSING)
        elif expected is None:
            same = noted.get(name) == hashlib.sha256(content).hexdigest()
            report.add(name, Verdict.INTACT if same else Verdict.ALTERED)
        else:
            report.add(name, Verdict.INTACT if content == expected else Verdict.ALTERED)
            truth[name] = expected
    _judge_checksums(report, found, manifest, truth, noted)


def _judge_checksums(
    report: Report,
    found: _Archive,
    manifest: Manifest,
    truth: dict[str, bytes],
    noted: dict[str, str],
) -> None:
    """SHA256SUMS has one right text: rebuild it, trusting its own word only for what is damaged."""
    written = found.content(CHECKSUMS)
    if written is None:
        report.add(CHECKSUMS, Verdict.MISSING)
        return
    wrong = {each.name for each in report.wrong}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in truth.items()}
    for name in (found.pdf, STATEMENT):
        if name in wrong or name not in digests:
            content = found.content(name) or b""
            own = hashlib.sha256(content).hexdigest()
            digests[name] = noted.get(name, own) if name in wrong else own
    lines = [(name, digests[name]) for name in (found.pdf, manifests.NAME, STATEMENT)]
    lines += [(file["path"], file["sha256"]) for file in manifests.files(manifest)]
    same = checksums(lines) == written
    report.add(CHECKSUMS, Verdict.INTACT if same else Verdict.ALTERED)


def _judge_container(report: Report, found: _Archive) -> int:
    """Rebuild every header from names and contents; a byte that differs belongs to somebody.

    Returns how many files have a strange place or header.
    """
    assert report.manifest is not None  # noqa: S101 - for the type checker
    stamp = archive.stamp_of(report.manifest["frozen_at"])
    true: list[Entry] = []
    strange = offset = 0
    for entry in found.entries:
        content = found.data[entry.data_offset : entry.end]
        real = Entry(entry.name, zlib.crc32(content), entry.size, entry.offset)
        moved = entry.offset != offset
        changed = not found.data.startswith(archive.local_header(real, stamp), entry.offset)
        strange += moved or changed
        if moved:
            report.add(entry.name, Verdict.ALTERED, _("Its place in the ZIP was altered."))
        if changed:
            report.add(entry.name, Verdict.ALTERED, _("Its header in the ZIP was altered."))
        offset = entry.end
        true.append(real)
    for entry in true:
        record = archive.central_header(entry, stamp)
        if not found.data.startswith(record, offset):
            report.add(entry.name, Verdict.ALTERED, _("Its line in the ZIP directory was altered."))
        offset += len(record)
    if found.data[offset:] != archive.end_record(true, stamp):
        report.add(container_name(), Verdict.ALTERED, _("Bytes that belong to no file."))
    return strange


def _unpacked(data: bytes) -> _Archive | None:
    """Return what another tool packed, in our own form; None when it cannot be unpacked whole."""
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = [each for each in packed.infolist() if not each.is_dir()]
            if sum(each.file_size for each in files) > LARGEST_UNPACKED:
                return None
            writer = archive.Writer(buffer, frozen_at=ANY_TIME)
            for each in files:
                writer.add(each.filename, [packed.read(each)])
            writer.close()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError):
        return None
    return _open(buffer.getvalue())


def _read_manifest(content: bytes | None) -> Manifest | None:
    try:
        return manifests.loads(content) if content else None
    except manifests.Unreadable:
        return None


def _noted(content: bytes | None) -> dict[str, str]:
    """Return what SHA256SUMS says by path, for lines that can be read."""
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    return {line[66:]: line[:64] for line in lines if len(line) > len("0" * 66)}


def _open(data: bytes) -> _Archive:
    """Read the directory and the headers; keep whichever tells the more complete story."""
    walked, listed = _walk(data), _listed(data)
    fits = [entry for entry in listed if entry.end <= len(data)]
    known = {manifests.NAME, CHECKSUMS, STATEMENT}

    def worth(entries: list[Entry]) -> tuple[bool, int, int]:
        names = {entry.name for entry in entries}
        whole = bool(entries) and data.startswith(archive.CENTRAL, entries[-1].end)
        return whole, len(known & names), len(names)

    return _Archive(data, max((fits, walked), key=worth))


def _walk(data: bytes) -> list[Entry]:
    """Return the entries that the local headers tell, up to the first that cannot be read."""
    entries: list[Entry] = []
    offset = 0
    while data.startswith(archive.LOCAL, offset) and offset + archive.LOCAL_SIZE <= len(data):
        crc, size, _size, length, extra = struct.unpack_from("<3I2H", data, offset + 14)
        raw = data[offset + archive.LOCAL_SIZE : offset + archive.LOCAL_SIZE + length]
        entry = _entry(raw, crc, size, offset)
        if entry is None or extra or entry.end > len(data):
            break
        entries.append(entry)
        offset = entry.end
    return entries


def _listed(data: bytes) -> list[Entry]:
    """Return the entries that the central directory tells, in the order of their offsets."""
    entries: list[Entry] = []
    place = _directory(data)
    while data.startswith(archive.CENTRAL, place) and place + archive.CENTRAL_SIZE <= len(data):
        crc, size, _size, length = struct.unpack_from("<3IH", data, place + 16)
        (offset,) = struct.unpack_from("<I", data, place + 42)
        raw = data[place + archive.CENTRAL_SIZE : place + archive.CENTRAL_SIZE + length]
        if entry := _entry(raw, crc, size, offset):
            entries.append(entry)
        place += archive.CENTRAL_SIZE + length
    return sorted(entries, key=lambda entry: entry.offset)


def _directory(data: bytes) -> int:
    """Return where the directory begins; its end record may be what was damaged."""
    end = data.rfind(archive.END)
    if end >= 0 and end + archive.END_SIZE <= len(data):
        (offset,) = struct.unpack_from("<I", data, end + 16)
        if data.startswith(archive.CENTRAL, offset):
            return int(offset)
    return max(data.find(archive.CENTRAL), 0)


def _entry(raw: bytes, crc: int, size: int, offset: int) -> Entry | None:
    try:
        entry = Entry(raw.decode("utf-8"), crc, size, offset)
    except UnicodeDecodeError:
        return None
    # A name that does not come back as it was read would move everything behind it.
    return entry if entry.name.encode() == raw else None
