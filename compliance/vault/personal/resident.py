"""Resident registration numbers, of foreigners too: YYMMDD-GNNNNNN.

Numbers given before October 2020 end in a check digit; those given since are random behind the
gender digit, so that date and gender digit are all one can go by.
"""

import re
from collections.abc import Iterator
from datetime import date

from compliance.vault.personal.hits import FOREIGNER, RESIDENT, Hit

RANDOM_SINCE = date(2020, 10, 5)
_NUMBER = re.compile(
    r"(?<![\d.\-])(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"(\s?-\s?|\s?)([1-8])(\d{6}|[*xX●•]{6})(?![\d]|[-.]\d)"
)
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_TWELVE = re.compile(r"(?<![\d.\-])\d{12}(?![\d]|[-.]\d)")
_NAMED = re.compile(r"주민|외국인\s?등록|resident|\bRRN\b|\bSSN\b|jumin", re.IGNORECASE)
# Numbers that begin with a day as well, and are nobody's.
_OTHER = re.compile(
    r"(법인|사업자|주문|접수|송장|운송장|거래|전표|문서|관리|예약|티켓|배송|정산|영수증|승인|청구|order|invoice|ticket|receipt|trace|batch)"
    r"[^\n]{0,16}$",
    re.IGNORECASE,
)
_NEAR = 30


def find(text: str, around: str = "") -> Iterator[Hit]:
    yield from _without_zero(text)
    for match in _NUMBER.finditer(text):
        year, month, day, dash, gender, rest = match.groups()
        born = _born(year, month, day, gender)
        if born is None or not rest.isdigit():
            continue  # masked already
        near = text[max(0, match.start() - _NEAR) : match.start()]
        if _is_one(match, born, near, around, dashed=bool(dash.strip())):
            kind = FOREIGNER if gender in "5678" else RESIDENT
            masked = f"{year}{month}{day}-{gender}******"
            yield Hit(kind, match.start(), match.end(), masked)


def _without_zero(text: str) -> Iterator[Hit]:
    """A spreadsheet that took the number for a number has dropped its first zero."""
    for match in _TWELVE.finditer(text):
        digits = f"0{match[0]}"
        near = text[max(0, match.start() - _NEAR) : match.start()]
        gender = digits[6]
        born = _born(digits[:2], digits[2:4], digits[4:6], gender) if gender in "12345678" else None
        if born and _NAMED.search(near):
            kind = FOREIGNER if gender in "5678" else RESIDENT
            yield Hit(kind, match.start(), match.end(), f"{digits[:6]}-{gender}******")


def _is_one(match: "re.Match[str]", born: date, near: str, around: str, *, dashed: bool) -> bool:
    year, month, day, _dash, gender, rest = match.groups()
    named = bool(_NAMED.search(near))
    if not named and _OTHER.search(near):
        return False
    named = named or bool(_NAMED.search(around))
    if has_check_digit(year + month + day + gender + rest):
        return dashed or named or born < RANDOM_SINCE
    if named or (dashed and _NAMED.search(match.string)):
        return True  # people may change their number: then it is random whenever they were born
    return dashed and born >= RANDOM_SINCE


def has_check_digit(digits: str) -> bool:
    """Thirteen digits whose last one is right; foreigners' numbers count two further."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    further = 13 if digits[6] in "5678" else 11
    return (further - total % 11) % 10 == int(digits[12])


def _born(year: str, month: str, day: str, gender: str) -> date | None:
    century = 1900 if gender in "1256" else 2000
    try:
        born = date(century + int(year), int(month), int(day))
    except ValueError:
        return None
    return born if born <= date.today() else None  # noqa: DTZ011 - a day is enough
