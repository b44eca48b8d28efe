"""Which files come in: an allow-list of formats, decided by content, never by name alone."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from compliance.shared.errors import Refused
from compliance.vault import (
    _archives,
    _documents,
    _hangul,
    _images,
    _mails,
    _markup,
    _office,
    _signatures,
    _texts,
    jail,
)
from compliance.vault.names import extension

HEAD = 65536
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Format:
    """One allowed format: *family* is what its first bytes look like, *parse* looks deeper."""

    code: str
    label: str
    media_type: str
    extensions: tuple[str, ...]
    family: str
    parse: Callable[[Path], None]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_TEXT = _signatures.TEXT

FORMATS: dict[str, Format] = {
    each.code: each
    for each in [
        Format("pdf", "PDF", "application/pdf", ("pdf",), "pdf", _documents.check_pdf),
        Format("png", "PNG", "image/png", ("png",), "png", _images.check_png),
        Format("jpeg", "JPEG", "image/jpeg", ("jpg", "jpeg"), "jpeg", _images.check_jpeg),
        Format("webp", "WebP", "image/webp", ("webp",), "webp", _images.check_webp),
        Format("heic", "HEIC", "image/heic", ("heic", "heif"), "heic", _images.check_heic),
        Format(
            "xlsx", "XLSX", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), "zip", _office.check_xlsx
        ),
        Format(
            "docx",
            "DOCX",
            f"{_OFFICE}.wordprocessingml.document",
            ("docx",),
            "zip",
            _office.check_docx,
        ),
        Format(
            "pptx",
            "PPTX",
            f"{_OFFICE}.presentationml.presentation",
            ("pptx",),
            "zip",
            _office.check_pptx,
        ),
        Format("hwpx", "HWPX", "application/hwp+zip", ("hwpx",), "zip", _hangul.check_hwpx),
        Format("hwp", "HWP", "application/x-hwp", ("hwp",), "ole", _hangul.check_hwp),
        Format("zip", "ZIP", "application/zip", ("zip",), "zip", _archives.check_zip),
        Format("csv", "CSV", "text/csv", ("csv", "tsv"), _TEXT, _texts.check_text),
        Format(
            "json",
            "JSON",
            "application/json",
            ("json", "jsonl", "ndjson", "sarif"),
            _TEXT,
            _markup.check_json,
        ),
        Format("xml", "XML", "application/xml", ("xml", "nessus"), _TEXT, _markup.check_xml),
        Format("yaml", "YAML", "application/yaml", ("yaml", "yml"), _TEXT, _texts.check_text),
        Format("eml", "EML", "message/rfc822", ("eml",), _TEXT, _mails.check_mail),
        Format(
            "text",
            "TXT",
            "text/plain",
            ("txt", "log", "conf", "cfg", "ini", "dat", "md"),
            _TEXT,
            _texts.check_text,
        ),
    ]
}
# A ZIP that is unpacked on its way in: one bad file of it is named, the others are taken.
FOLDERS = Format("folders", "ZIP", "application/zip", ("zip",), "zip", _archives.check_folders)
_WELCOME = {each.family for each in FORMATS.values()} - {"ole"}
_BY_EXTENSION = {ext: each for each in FORMATS.values() for ext in each.extensions}


def allowed_extensions(allow: Collection[str] | None = None) -> list[str]:
    """Return the extensions people may upload, for the page and for the file chooser."""
    formats = [each for code, each in FORMATS.items() if allow is None or code in allow]
    return [ext for each in formats for ext in each.extensions]


class Gate:
    """The inspection of one file on its way in: by name, by its first bytes, by its structure."""

    def __init__(self, name: str, allow: Collection[str] | None = None) -> None:
        self.name = name
        self.allow = allow
        found = _BY_EXTENSION.get(extension(name))
        if allow is not None and FOLDERS.code in allow and found is FORMATS["zip"]:
            found = FOLDERS
        if found is None or (allow is not None and found.code not in allow):
            raise Refused(
                _("Files like “%(name)s” are not taken. Allowed are %(formats)s.")
                % {"name": name, "formats": allowed_labels(allow)}
            )
        self.format = found

    def check_head(self, head: bytes) -> None:
        """Refuse by the first bytes, before the rest is read."""
        family = _signatures.family_of(head)
        if family == self.format.family:
            return
        facts = {
            "name": self.name,
            "claimed": self.format.label,
            "real": _signatures.described(family),
            "formats": allowed_labels(self.allow),
        }
        if family in _WELCOME:
            sentence = _(
                "“%(name)s” is named like %(claimed)s, but its content is %(real)s. "
                "Save it in the right format and upload it again."
            )
        else:
            sentence = _(
                "“%(name)s” is named like %(claimed)s, but its content is %(real)s. "
                "That is not taken; allowed are %(formats)s."
            )
        raise Refused(sentence % facts)

    def inspect(self, path: Path) -> str:
        """Return the media type of the whole file, or raise Refused."""
        if not path.stat().st_size:
            raise Refused(_("“%(name)s” is empty. Choose the file again.") % {"name": self.name})
        try:
            _parse(self.format, path)
        except Refused as refusal:
            raise Refused(f"“{self.name}”: {refusal}") from refusal
        return self.format.media_type


def check_file(path: Path, name: str, allow: Collection[str] | None = None) -> str:
    """Do to a file that is read and not kept what the vault does to those it keeps."""
    gate = Gate(name, allow)
    with path.open("rb") as file:
        gate.check_head(file.read(HEAD))
    return gate.inspect(path)


def allowed_labels(allow: Collection[str] | None = None) -> str:
    """Name the allowed formats, for a sentence."""
    if allow is not None and FOLDERS.code in allow:
        return FOLDERS.label
    return ", ".join(each.label for code, each in FORMATS.items() if allow is None or code in allow)


def parse(code: str, path: str) -> None:
    """Look at the structure of a file as the format *code*; called in the jail."""
    (FOLDERS if code == FOLDERS.code else FORMATS[code]).parse(Path(path))


def _parse(form: Format, path: Path) -> None:
    """Everything but plain text is parsed by libraries that a made file could crash."""
    if form.parse is _texts.check_text:
        form.parse(path)
        return
    try:
        jail.call(parse, form.code, str(path), memory=jail.room_for(path))
    except jail.Exhausted as heavy:
        raise Refused(
            _("It takes too much memory or time to be checked. Make it smaller or split it.")
        ) from heavy
    except jail.Fault as fault:
        log.warning("Inspection of %s as %s failed: %s", path, form.code, fault)
        raise Refused(
            _("It is broken and cannot be checked. Save it anew and upload that.")
        ) from fault
