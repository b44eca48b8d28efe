"""Account numbers: digits in a bank's grouping, with a bank or the word account near by."""

import re
from collections.abc import Iterator

from compliance.vault.personal.hits import ACCOUNT, Hit, stars

_BANK = re.compile(
    r"국민은행|KB국민|\bKB\b|신한|우리은행|하나은행|KEB|농협|\bNH\b|기업은행|\bIBK\b|카카오뱅크|토스뱅크|케이뱅크|"
    r"새마을금고|우체국|수협|SC제일|제일은행|씨티|부산은행|대구은행|iM뱅크|광주은행|전북은행|경남은행|제주은행|"
    r"신협|산업은행|은행|뱅크|계좌|예금주|account\s?(?:no|number|#)|bank\s?account",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<![\w.\-])\d{2,6}(?:-\d{1,7}){1,4}(?![\w]|[-.]\d)")
_PLAIN = re.compile(r"(?<![\w.\-])\d{10,14}(?![\w]|[-.]\d)")
# Telephone, business and company registration, days.
_OTHERS = re.compile(
    r"^(0\d{1,2}-\d{3,4}-\d{4}|1[568]\d\d-\d{4}|\d{3}-\d{2}-\d{5}|\d{6}-\d{7}|(19|20)\d\d-\d{1,2}(-\d{1,2}.*)?)$"
)
_DAYS = re.compile(r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d*$")
_OTHER = re.compile(
    r"(주문|접수|송장|사업자|법인|전화|연락처|승인|거래번호|팩스|fax|tel)[^\n]{0,10}$",
    re.IGNORECASE,
)
_NEAR = 24


def find(text: str, around: str = "") -> Iterator[Hit]:
    if not (_BANK.search(text) or _BANK.search(around)):
        return
    for match in (*_GROUPED.finditer(text), *_PLAIN.finditer(text)):
        digits = match[0].replace("-", "")
        if not 10 <= len(digits) <= 15 or _is_other(match[0], digits):
            continue
        before = text[max(0, match.start() - _NEAR) : match.start()]
        after = text[match.end() : match.end() + _NEAR]
        near = _BANK.search(before) or _BANK.search(after) or _BANK.search(around)
        if near and not _OTHER.search(before):
            yield Hit(ACCOUNT, match.start(), match.end(), match[0][:3] + stars(match[0][3:]))


def _is_other(text: str, digits: str) -> bool:
    return bool(_OTHERS.match(text) or (text == digits and _DAYS.match(digits)))
