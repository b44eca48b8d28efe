"""File names as people and archives can bear them."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 200
# What Windows cannot write when somebody unpacks the packet there.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Control characters, bidi overrides and other invisible ones, line separators, lone surrogates.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean_name(name: str) -> str:
    """Return *name* without folders and invisible characters, NFC, at most 200 characters.

    The extension survives the cut. A name of which nothing is left becomes “file”.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _INVISIBLE)
    plain = _FORBIDDEN.sub("_", " ".join(seen.split())).strip(" .")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return _cut(plain) or "file"


def extension(name: str) -> str:
    """Return the extension in lower case without its dot, or ""."""
    return PurePosixPath(name).suffix.lstrip(".").lower()


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    suffix = PurePosixPath(name).suffix
    if len(suffix) > 20:
        return name[:LONGEST]
    return name[: LONGEST - len(suffix)].rstrip(" .") + suffix
