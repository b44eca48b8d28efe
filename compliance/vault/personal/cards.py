"""Card numbers: right length for the issuer's prefix, and the Luhn digit."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import CARD, Hit

_NUMBER = re.compile(
    r"(?<![\w.\-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?:\1?\d{3})?|\d{4}([ -]?)\d{6}\2\d{4,5}|\d{4} \d{4} \d{4} \d{3,4})"
    r"(?![\w]|[-.]\d)"
)
_NAMED = re.compile(r"카드|신용|체크|card|\bPAN\b|결제\s?수단", re.IGNORECASE)
_OTHER = re.compile(
    r"(주문|접수|송장|운송장|거래|전표|문서|관리|예약|승인|order|invoice|tracking|trace|span|serial|일련|imei|계좌|account)"
    r"[^\n]{0,16}$",
    re.IGNORECASE,
)
_NEAR = 30


def find(text: str, around: str = "") -> Iterator[Hit]:
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if not (_is_issued(digits) and has_luhn_digit(digits)) or len(set(digits)) < 2:
            continue
        near = text[max(0, match.start() - _NEAR) : match.start()]
        if not _NAMED.search(near) and _OTHER.search(near):
            continue
        # Sixteen digits that begin with a nine are as often something else.
        bare = digits[0] == "9" and digits == match[0]
        if bare and not (_NAMED.search(near) or _NAMED.search(around)):
            continue
        yield Hit(CARD, match.start(), match.end(), f"{digits[:4]}-****-****-{digits[-4:]}")


def has_luhn_digit(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + at % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_issued(digits: str) -> bool:
    """Visa, Mastercard, Amex, Diners, JCB, UnionPay, Discover; 9 is Korea's own."""
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    match len(digits):
        case 16:
            return (
                digits[0] in "49"
                or 51 <= two <= 55
                or 2221 <= four <= 2720
                or 3528 <= four <= 3589
                or two in (62, 65, 36)
                or four == 6011
                or 644 <= three <= 649
            )
        case 15:
            return two in (34, 37)
        case 14:
            return two in (36, 38) or 300 <= three <= 305
        case 19:
            return two == 62 or digits[0] == "4"
    return False
