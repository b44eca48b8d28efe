"""What the first bytes of a file look like."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TEXT = "text"
_MAGIC = [
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x00asm", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "shortcut"),
    (b"{\\rtf", "rtf"),
    (b"%!PS", "postscript"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"MSCF", "cab"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"SQLite format 3\0", "sqlite"),
    (b"\xd4\xc3\xb2\xa1", "pcap"),
    (b"\x0a\x0d\x0d\x0a", "pcap"),
    (b"#!", "script"),
    (b"<?php", "script"),
    (b"GIF8", "gif"),
]
# In two pieces, so that no scanner takes this file for the test file.
_EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
# Comments, declarations and white space may stand before the first element.
_LEAD = re.compile(rb"(?:\s+|<!--.*?-->|<\?xml.*?\?>)*", re.DOTALL)
_HTML = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|iframe|object|embed|meta|style)\b", re.IGNORECASE
)
_SVG = re.compile(rb"<(!doctype\s+svg|svg|\w+:svg)\b", re.IGNORECASE)
_NAMES = {
    "pdf": "PDF",
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WebP",
    "heic": "HEIC",
    "gif": "GIF",
    "html": "HTML",
    "svg": "SVG",
    "zip": _("a ZIP archive"),
    "ole": _("an old or password-protected Office document"),
    "program": _("a program"),
    "script": _("a script"),
    "shortcut": _("a Windows shortcut"),
    "rtf": "RTF",
    "postscript": "PostScript",
    "gzip": "GZIP",
    "7z": "7z",
    "rar": "RAR",
    "xz": "XZ",
    "bzip2": "BZIP2",
    "cab": "CAB",
    "tiff": "TIFF",
    "video": _("a video"),
    "sqlite": _("a database"),
    "pcap": _("a network capture"),
    "malware": _("the EICAR test file of virus scanners"),
    TEXT: _("plain text"),
}


def family_of(head: bytes) -> str:
    """Return a key of what *head* begins like: a format, “text”, or something never taken."""
    for magic, family in _MAGIC:
        if head.startswith(magic):
            return family
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in _HEIC_BRANDS else "video"
    if head.lstrip().startswith(_EICAR):
        return "malware"
    return _family_of_text(head)


def name_of(family: str) -> str:
    """Return the family's name in English, an id of the catalogue."""
    return _NAMES.get(family) or _("something unknown")


def described(family: str) -> str:
    """Name the family to a reader, in the reader's language."""
    return gettext(name_of(family))


def _family_of_text(head: bytes) -> str:
    start = head[:65536].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", errors="replace").encode()
    elif b"\0" in start:
        return "binary"
    lead = _LEAD.match(start)
    body = start[lead.end() if lead else 0 :]
    if body.startswith((b"#!", b"<?php")):
        return "script"
    if _HTML.match(body):
        return "html"
    return "svg" if _SVG.match(body) else TEXT
