"""Mobile numbers. Lines of companies (02, 031, 1588 …) are nobody's."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import MOBILE, Hit

_NUMBER = re.compile(
    r"(?<![\w.\-+])(?:(\+?82)[-. ]?\(?0?\)?)?(0?1[016789])([-. )]{0,2})(\d{3,4})([-. ]?)(\d{4})(?![\w]|[-.]\d)"
)
_NAMED = re.compile(
    r"휴대|핸드폰|연락처|전화|mobile|phone|cell|\btel\b|수신|발신|sms|문자", re.IGNORECASE
)
_OTHER = re.compile(
    r"(주문|접수|송장|운송장|거래|전표|문서|관리|예약|버전|ver|order|invoice|seq|일련|코드|code|id)[^\n]{0,12}$",
    re.IGNORECASE,
)
_NEAR = 24


def find(text: str, _around: str = "") -> Iterator[Hit]:
    for match in _NUMBER.finditer(text):
        country, prefix, first, middle, second, last = match.groups()
        if not _fits(country, prefix, middle):
            continue
        if not (first or second):
            near = text[max(0, match.start() - _NEAR) : match.start()]
            if not _NAMED.search(near) and _OTHER.search(near):
                continue
        elif bool(first) != bool(second) and not country:
            continue
        yield Hit(MOBILE, match.start(), match.end(), f"0{prefix[-2:]}-{'*' * len(middle)}-{last}")


def _fits(country: str | None, prefix: str, middle: str) -> bool:
    if not country and not prefix.startswith("0"):
        return False
    return len(middle) == 4 if prefix.endswith("10") else middle[0] != "0"
