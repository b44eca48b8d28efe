"""Paths in the ZIP that every system can unpack: Windows, macOS, Linux, and each other's copies.

Windows knows reserved names and characters, drops dots and spaces at the end of a name, and does not
tell upper from lower case; its paths have 260 characters, where the folder somebody unpacks into
counts too. Linux allows 255 bytes a name, which are 85 Hangul syllables. macOS decomposes Hangul.
"""

import re
import unicodedata
from pathlib import PurePosixPath

from compliance.vault.names import clean_name

# Of a name, in bytes of UTF-8 and in the units of UTF-16 that Windows counts.
LONGEST_BYTES, LONGEST_UNITS = 230, 110
# Of a path; leaves some eighty characters for the folder that it is unpacked into.
LONGEST_PATH = 180
# What a counter (“_2”) of two equal names may add.
_COUNTER = 6
_RESERVED = re.compile(
    r"^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\.|$)", re.IGNORECASE
)
_MISSING = "_MISSING_"


def segment(name: str, *, bytes_: int = LONGEST_BYTES, units: int = LONGEST_UNITS) -> str:
    """Return *name* as one part of a path: NFC, cut with its extension kept, never reserved."""
    plain = _ended(_cut(clean_name(name), bytes_, units))
    return f"_{plain}" if _RESERVED.match(plain) else plain


def join(folders: str, number: str, name: str) -> str:
    """Return the path of a file of evidence or scan: folders of one or more parts, then its name."""
    plain = [re.sub(r"[/\\]", "_", each) for each in folders.split("\0")]
    parts = [segment(each, bytes_=120, units=40) for each in plain]
    room = LONGEST_PATH - sum(_units(part) + 1 for part in parts) - _COUNTER
    last = segment(f"{number}_{clean_name(name)}", units=min(LONGEST_UNITS, room))
    return "/".join([*parts, last])


def same(path: str) -> str:
    """Return what two paths have in common that some system cannot tell apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def free(path: str, taken: set[str]) -> str:
    """Return *path*, or the first of its numbered likes that nothing in *taken* equals; note it."""
    parent, name = path.rpartition("/")[0], PurePosixPath(path)
    number = 1
    while same(path) in taken:
        number += 1
        path = f"{parent}/{name.stem}_{number}{name.suffix}".lstrip("/")
    taken.add(same(path))
    return path


def missing(path: str) -> str:
    """Return what stands in the ZIP instead of the file at *path* that could not be had."""
    parent, _slash, name = path.rpartition("/")
    note = segment(f"{_MISSING}{name}", bytes_=LONGEST_BYTES + 15, units=LONGEST_UNITS + 15)
    return f"{parent}/{note}.txt".lstrip("/")


def is_missing(path: str) -> bool:
    return path.rpartition("/")[2].startswith(_MISSING)


def problem(path: str) -> str:
    """Return a word for what is wrong with a path that came from outside; "" when nothing is.

    Bad ones leave the folder they are unpacked into, or are written otherwise than they are named.
    """
    if path.startswith("/") or "\\" in path or re.match(r"^[A-Za-z]:", path):
        return "absolute"
    if any(part in {"", ".", ".."} for part in path.split("/")):
        return "outside"
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in path):
        return "invisible"
    return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(name: str, most_bytes: int, most_units: int) -> str:
    if len(name.encode()) <= most_bytes and _units(name) <= most_units:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= 20 else ""
    stem = name[: len(name) - len(suffix)]
    while stem and (
        len((stem + suffix).encode()) > most_bytes or _units(stem + suffix) > most_units
    ):
        stem = stem[:-1]
    return stem.rstrip(" .") + suffix


def _ended(name: str) -> str:
    return name.rstrip(" .") or "_"
