"""Text of a tracker, made harmless before anything of ours keeps it."""

import re
import unicodedata

# Beside line breaks and tabs: control characters, and those that turn the direction of writing.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile(r"\s+")
_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)


def text(given: object, longest: int) -> str:
    """Return *given* without control characters and hidden remarks, cut to *longest* signs."""
    raw = str(given or "").replace("\r\n", "\n").replace("\r", "\n")
    clean = _CONTROL.sub("", _COMMENTS.sub("", raw))
    clean = unicodedata.normalize("NFC", clean).strip()
    return clean if len(clean) <= longest else clean[: longest - 2].rstrip() + " …"


def one_line(given: object, longest: int) -> str:
    return _BREAKS.sub(" ", text(given, longest)).strip()
