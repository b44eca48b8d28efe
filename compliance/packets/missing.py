"""Files of a manifest that cannot be had: found before the work begins, named, never left out silently."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from compliance.packets import manifest as manifests
from compliance.packets import paths
from compliance.packets.manifest_rows import File, Manifest
from compliance.shared.errors import Refused
from compliance.vault.storage import Unavailable

Open = Callable[[File], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A file and the number of the evidence or scan it belongs to, with why it cannot be had."""

    file: File
    number: str
    reason: str


class Incomplete(Refused):
    """Some files cannot be had, so nothing is signed; *draft* is the ZIP that says so."""

    def __init__(self, missing: list[Missing], draft: Path) -> None:
        self.missing, self.draft = missing, draft
        names = ", ".join(each.file["path"] for each in missing[:3])
        if len(missing) > 3:
            names += " …"
        told = ngettext(
            "%(n)d file is missing or is not what was frozen, so nothing was signed: %(names)s. "
            "Restore it from a backup, then build the packet again.",
            "%(n)d files are missing or are not what was frozen, so nothing was signed: %(names)s. "
            "Restore them from a backup, then build the packet again.",
            len(missing),
        )
        super().__init__(told % {"n": len(missing), "names": names})


def find(
    manifest: Manifest, open_file: Open, told: Callable[[int, int, str], None]
) -> list[Missing]:
    """Read every file once; return those that cannot be read or have other bytes.

    A storage that does not answer raises Unavailable: that says nothing about a file.
    """
    files = manifests.files(manifest)
    numbers = _numbers(manifest)
    found = []
    for done, file in enumerate(files):
        told(done, len(files), file["name"])
        if reason := _wrong(file, open_file):
            found.append(Missing(file, numbers[file["path"]], reason))
    return found


def _wrong(file: File, open_file: Open) -> str:
    digest = hashlib.sha256()
    try:
        for chunk in open_file(file):
            digest.update(chunk)
    except Unavailable:
        raise
    except Refused as reason:
        return str(reason)
    if digest.hexdigest() == file["sha256"]:
        return ""
    return _("The stored bytes have the SHA-256 %(digest)s.") % {"digest": digest.hexdigest()}


def note(missing: Missing, edition: str) -> tuple[str, bytes]:
    """Return the path and text of what stands in the ZIP in place of the file."""
    file = missing.file
    with translation.override("en" if edition == "en" else "ko"):
        facts = [
            (pgettext("packet", "Number"), missing.number),
            (pgettext("packet", "Name"), file["name"]),
            (pgettext("packet", "Path"), file["path"]),
            ("SHA-256", file["sha256"]),
            (pgettext("packet", "Size"), _("%(size)d bytes") % {"size": file["size"]}),
            (pgettext("packet", "Why"), missing.reason),
        ]
        lines = [
            _("This file belongs to the packet, but it could not be had when the ZIP was written."),
            "",
            *(f"{name}: {value}" for name, value in facts),
            "",
            _(
                "What to do: restore the file from a backup, or upload the same file again "
                "(its SHA-256 must be the one above), then build the packet again. "
                "Until then the packet is not signed."
            ),
        ]
    return paths.missing(file["path"]), ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _numbers(manifest: Manifest) -> dict[str, str]:
    found = {
        file["path"]: item["number"]
        for assessment in manifest["assessments"]
        for item in assessment["evidence"]
        for file in item["files"]
    }
    scans = {scan["file"]["path"]: scan["number"] for scan in manifest["scans"] if scan["file"]}
    return found | scans
