"""What the first bytes of a file look like."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "script"),
    (b"<?php", "script"),
    (b"GIF8", "gif"),
]
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
    "zip": gettext_lazy("a ZIP archive"),
    "ole": gettext_lazy("an old or password-protected Office document"),
    "program": gettext_lazy("a program"),
    "script": gettext_lazy("a script"),
    TEXT: gettext_lazy("plain text"),
}


def family_of(head: bytes) -> str:
    """Return a key of what *head* begins like: a format, “text”, or something never taken."""
    for magic, family in _MAGIC:
        if head.startswith(magic):
            return family
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    return _family_of_text(head)


def described(family: str) -> str:
    """Name the family to a reader."""
    return str(_NAMES.get(family) or _("something unknown"))


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
