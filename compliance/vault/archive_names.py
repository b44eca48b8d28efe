"""Names in ZIPs as people gave them. Windows in Korea writes CP949 and says nothing of it."""

import unicodedata
from contextlib import suppress
from zipfile import ZipInfo

_SAYS_UTF8 = 0x800


def name_of(entry: ZipInfo) -> str:
    """Return the entry's path, decoded: UTF-8 where it says so or reads so, else CP949; NFC."""
    name = entry.filename
    if not entry.flag_bits & _SAYS_UTF8:
        # zipfile has read the bytes as CP437, which has a character for each of them.
        # Where that fails, zipfile took the name from the archive's Unicode field.
        with suppress(UnicodeEncodeError):
            name = _decoded(name.encode("cp437"))
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _decoded(raw: bytes) -> str:
    for codec in ("utf-8", "cp949"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")
