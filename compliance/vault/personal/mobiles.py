"""Mobile numbers. Lines of companies (02, 031, 1588 …) are nobody's."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import MOBILE, Hit

_NUMBER = re.compile(
    r"(?<![\w.\-+])(?:(\+?82)[-. ]?\(?0?\)?)?(0?1[016789])([-. )]{0,3})(\d{3,4})([-. ]{0,3})(\d{4})(?![\w]|[-.]\d)"
)
_NAMED = re.compile(
    r"휴대|핸드폰|연락처|전화|mobile|phone|cell|\btel\b|수신|발신|sms|문자", re.IGNORECASE
)
_OTHER = re.compile(
    r"(주문|접수|송장|운송장|거래|전표|문서|관리|예약|버전|ver|order|invoice|seq|일련|코드|code|id)[^\n]{0,12}$",
    re.IGNORECASE,
)
_NEAR = 24
_WITHOUT_ZERO = re.compile(r"(?<![\w.\-])10(\d{4})(\d{4})(?![\w]|[-.]\d)")


def find(text: str, _around: str = "") -> Iterator[Hit]:
    for match in _NUMBER.finditer(text):
        _country, prefix, _first, middle, _second, last = match.groups()
        if _is_one(match, text):
            masked = f"0{prefix[-2:]}-{'*' * len(middle)}-{last}"
            yield Hit(MOBILE, match.start(), match.end(), masked)
    for match in _WITHOUT_ZERO.finditer(text):
        # A spreadsheet that took the number for a number has dropped its first zero.
        if _NAMED.search(text[max(0, match.start() - _NEAR) : match.start()]):
            yield Hit(MOBILE, match.start(), match.end(), f"010-****-{match[2]}")


def _is_one(match: "re.Match[str]", text: str) -> bool:
    country, prefix, first, middle, second, last = match.groups()
    if not _fits(country, prefix, middle):
        return False
    if not (middle + last).strip("0"):
        return False  # 010-0000-0000 is a form to be filled in
    if first or second:
        return bool(first or country)
    near = text[max(0, match.start() - _NEAR) : match.start()]
    return bool(_NAMED.search(near)) or not _OTHER.search(near)


def _fits(country: str | None, prefix: str, middle: str) -> bool:
    if not country and not prefix.startswith("0"):
        return False
    return len(middle) == 4 if prefix.endswith("10") else middle[0] != "0"
