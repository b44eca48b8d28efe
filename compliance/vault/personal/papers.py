"""Passports (with the word near by) and driver's licences."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import LICENCE, PASSPORT, Hit

_PASSPORT = re.compile(r"(?<![A-Za-z\d])([MSRODG])(\d{8}|\d{3}[A-Z]\d{4})(?![A-Za-z\d])")
_PASSPORT_NAMED = re.compile(r"여권|passport", re.IGNORECASE)
_LICENCE = re.compile(r"(?<![\d.\-])(1[1-9]|2[0-8])-(\d{2})-(\d{6})-(\d{2})(?![\d]|[-.]\d)")
_OTHER = re.compile(r"(주문|접수|문서|관리|계좌|은행|뱅크)[^\n]{0,16}$")
_NEAR = 30


def find_passports(text: str, around: str = "") -> Iterator[Hit]:
    if not (_PASSPORT_NAMED.search(text) or _PASSPORT_NAMED.search(around)):
        return
    for match in _PASSPORT.finditer(text):
        yield Hit(PASSPORT, match.start(), match.end(), f"{match[1]}********")


def find_licences(text: str, _around: str = "") -> Iterator[Hit]:
    for match in _LICENCE.finditer(text):
        if not _OTHER.search(text[max(0, match.start() - _NEAR) : match.start()]):
            yield Hit(LICENCE, match.start(), match.end(), f"{match[1]}-{match[2]}-******-**")
