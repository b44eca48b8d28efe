"""The digest in results of Gatepass's own collector (collector/gatepass-collector.sh).

It finds damage and careless edits. Whoever edits a file on purpose can compute it anew, so it is
no proof of who ran the script.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import BinaryIO

from compliance.scans.parsers import _errors

MOST_BYTES = 8 << 20  # sixty-seven items of a few kilobytes each
_MARK = re.compile(rb'"format"\s*:\s*"gatepass-kisa-collector"')
_LINE = b'\n"digest":'
_DIGEST = re.compile(rb'\{"algorithm":"sha256","value":"([0-9a-f]{64})"\}\}\s*')


def is_ours(head: bytes) -> bool:
    return _MARK.search(head[:1000]) is not None


def check_digest(stream: BinaryIO) -> None:
    """Raise Refused unless the file is as the collector left it.

    The digest is the SHA-256 of every byte before its own line, which is the last one.
    """
    stream.seek(0)
    body, _line, stated = stream.read(MOST_BYTES).rpartition(_LINE)
    match = _DIGEST.fullmatch(stated)
    found = hashlib.sha256(body + b"\n").hexdigest().encode()
    if match is None or stream.read(1) or not hmac.compare_digest(match[1], found):
        raise _errors.altered()
    stream.seek(0)
