"""Addresses: 도로명주소, and 지번 where province, district and quarter are all named."""

import re
from collections.abc import Iterator

from compliance.vault.personal.districts import DISTRICTS
from compliance.vault.personal.hits import ADDRESS, Hit, stars

# A city without boroughs, and a province by itself.
SEJONG = {"세종시", "세종특별자치시"}
_PROVINCE = (
    r"(?:서울|부산|대구|인천|광주|대전|울산|경기|강원|충북|충남|충청북|충청남|전북|전남|전라북|전라남|"
    r"경북|경남|경상북|경상남|제주)(?:특별자치시|특별자치도|특별시|광역시|시|도)?"
)
_DISTRICT = r"(?:세종특별자치시|세종시|[가-힣]{1,5}(?:시|군|구)(?:\s+[가-힣]{1,4}구)?)"
_ROAD = re.compile(
    rf"(?<![가-힣])(?:({_PROVINCE})\s+)?({_DISTRICT})\s+(?:[가-힣]{{1,4}}[읍면]\s+)?"
    r"([가-힣A-Za-z\d·]{1,12}(?:대로|로|길)(?:\s?\d{1,4}[가-힣]?길)?)\s?(\d{1,4}(?:-\d{1,4})?)(?!\d|[-.]\d|%|월|년|차|개|명|건|회|호선)"
    r"((?:[,\s]+(?:[가-힣A-Za-z\d]{1,12}\s?)?\d{1,4}(?:동|호|층)){0,3})"
)
_LOT = re.compile(
    rf"(?<![가-힣])(?:({_PROVINCE})\s+)?({_DISTRICT})\s+((?:[가-힣]{{1,4}}[읍면]\s+)?[가-힣]{{1,5}}\d?(?:동|리|가))\s+"
    r"((?:산\s?)?\d{1,4}(?:-\d{1,4})?)(?:번지)?(?!\d|[-.]\d|월|년|차|개|명|건|회)"
)
# The seat of a company is public.
_COMPANY = re.compile(
    r"(본사|본점|사업장|소재지|회사|법인|대리점|지사|센터|주식회사|㈜|\(주\)|매장)[^\n]{0,30}$"
)
_NEAR = 40


def find(text: str, around: str = "") -> Iterator[Hit]:
    if not re.search(r"(?:로|길|번지|동|리|가)\s?산?\s?\d", text):
        return
    for pattern in (_ROAD, _LOT):
        for match in pattern.finditer(text):
            if not match[1] and match[2].split()[0] not in DISTRICTS | SEJONG:
                continue  # “필요시 추가로 2” is no place
            near = text[max(0, match.start() - _NEAR) : match.start()]
            if _COMPANY.search(near) or _COMPANY.search(around[-_NEAR:]):
                continue
            yield Hit(ADDRESS, match.start(), match.end(), _masked(match))


def _masked(match: "re.Match[str]") -> str:
    known = " ".join(part for part in match.groups()[:2] if part)
    return f"{known} {stars(match[3])} {stars(match[4])}"[:200]
