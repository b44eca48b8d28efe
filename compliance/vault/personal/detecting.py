"""All detectors over one text; where two claim the same characters, the surer one has them."""

import re
import unicodedata

from compliance.vault.personal import (
    accounts,
    addresses,
    cards,
    mails,
    mobiles,
    papers,
    resident,
)
from compliance.vault.personal.hits import Detector, Hit

# The surest first.
DETECTORS: list[Detector] = [
    resident.find,
    cards.find,
    papers.find_licences,
    mobiles.find,
    mails.find,
    papers.find_passports,
    accounts.find,
    addresses.find,
]
# Nothing of a person is without a digit or an at sign.
_WORTH = re.compile(r"[\d@]")
_WIDE = {ord("０") + n: ord("0") + n for n in range(10)} | {ord("＠"): ord("@")}
_WIDE |= dict.fromkeys(map(ord, "－–‐−‑"), ord("-"))


def find(text: str, around: str = "") -> list[Hit]:
    """Return the hits in *text* by place; *around* is what stands beside it (a row, a header)."""
    if not _WORTH.search(text):
        return []
    plain = text.translate(_WIDE)
    if not unicodedata.is_normalized("NFC", plain):
        plain = _same_length_nfc(plain)
    taken: list[Hit] = []
    for detector in DETECTORS:
        for hit in detector(plain, around):
            if not any(hit.start < each.end and each.start < hit.end for each in taken):
                taken.append(hit)
    return sorted(taken, key=lambda each: each.start)


def mask(text: str, hits: list[Hit]) -> str:
    """Return *text* with its hits replaced by what masks them."""
    parts, at = [], 0
    for hit in hits:
        parts += [text[at : hit.start], hit.masked]
        at = hit.end
    return "".join([*parts, text[at:]])


def _same_length_nfc(text: str) -> str:
    """Places must stay what they are: only a text that keeps its length is composed."""
    composed = unicodedata.normalize("NFC", text)
    return composed if len(composed) == len(text) else text
