"""Words of forms: which header means which column, which text means which verdict or severity.

Each list goes from the surest word to the vaguest. Compared without case, spaces and signs.
"""

import re
import unicodedata
from collections.abc import Iterable

from compliance.exchange.layouts import Role
from compliance.requirements.models import Assessment
from compliance.shared.severity import Severity

_V = Assessment.Verdict

HEADINGS: dict[str, list[str]] = {
    Role.CODE: [
        "번호", "항목번호", "통제번호", "점검번호", "요구사항번호", "관리번호", "항목코드", "코드",
        "순번", "연번", "no", "id", "code", "number", "item no", "control id",
        "question id", "requirement id", "item id", "control no", "control number", "ref", "reference", "#",
    ],
    Role.PARENT: ["상위번호", "상위항목번호", "상위코드", "상위항목", "parent", "parent id"],
    Role.AREA: [
        "분야", "영역", "통제분야", "점검영역", "점검분야", "대분류", "대항목", "구분", "분류", "카테고리",
        "area", "domain", "category", "section", "control area", "family",
    ],
    Role.SUBAREA: [
        "중분류", "중항목", "세부분야", "세부영역", "subdomain", "subcategory", "subarea", "subsection",
    ],
    Role.TITLE: [
        "요구사항", "보안요구사항", "점검항목", "진단문항", "평가문항", "점검문항", "문항", "요구사항명", "항목명", "통제항목", "평가항목",
        "진단항목", "점검내용", "점검사항", "보안요건", "요건", "심사항목", "질의", "질문", "통제명", "항목", "소분류", "소항목",
        "제목", "requirement", "security requirement",
        "control", "title", "item", "question", "check item", "name",
    ],
    Role.DETAIL: [
        "세부내용", "세부요구사항", "상세내용", "점검기준", "설명", "세부점검항목", "주요확인사항",
        "세부점검사항", "세부사항", "세부항목", "상세요건", "상세설명", "요구내용", "세부설명", "상세",
        "인증기준", "통제내용", "내용", "기준", "판단기준", "평가기준", "detail", "details", "description",
        "guidance", "criteria", "explanation",
    ],
    Role.SEVERITY: ["중요도", "위험도", "심각도", "등급", "severity", "risk", "priority", "importance"],
    Role.MANDATORY: ["필수여부", "필수", "필수선택", "의무", "mandatory", "required", "must"],
    Role.TEST: ["점검방법", "확인방법", "평가방법", "검증방법", "how to check", "test", "test method", "verification"],
    Role.EVIDENCE_ASKED: [
        "증적", "증빙", "증적예시", "필요증적", "요구증적", "증빙서류", "증적목록", "증적자료예시",
        "제출자료", "evidence", "evidence required", "required evidence", "expected evidence",
    ],
    Role.ANSWER: [
        "이행여부", "준수여부", "운영여부", "진단결과", "평가결과", "자체평가", "자가평가", "적합여부", "충족여부", "적용여부", "점검결과", "판정", "자가점검결과",
        "수행여부", "구현여부", "이행상태", "자체점검결과", "자가진단결과", "답변", "결과", "y/n", "y/n/na", "o/x", "answer", "result", "compliant", "compliance",
        "status", "response", "met",
    ],
    Role.IMPLEMENTATION: [
        "이행내용", "조치내용", "이행현황", "현황", "운영현황", "이행근거", "구현내용", "답변내용",
        "현황설명", "상세현황", "이행사항", "이행상세내용", "이행상세", "이행방안", "조치사항", "구현방법", "운영내용", "상세답변",
        "진단근거", "판단근거", "현황기술", "의견", "implementation", "implementation statement", "how met", "comment",
        "comments", "explanation of answer", "vendor response",
    ],
    Role.EVIDENCE_GIVEN: [
        "제출증적", "증적자료", "증빙자료", "첨부", "첨부파일", "증적파일", "증적파일명", "첨부자료", "증적명",
        "증빙파일", "증빙자료명", "근거자료", "관련문서", "evidence submitted", "evidence reference", "evidence link", "attachment", "attachments", "evidence file", "file",
    ],
    Role.OWNER: ["담당자", "담당", "담당부서", "책임자", "owner", "responsible", "assignee", "contact"],
    Role.REMARK: ["비고", "참고", "기타", "메모", "remark", "remarks", "note", "notes", "memo"],
}  # fmt: skip

# Words of details that say how an item is checked, where its detail stands in another column.
CHECKS = {"주요확인사항", "점검기준", "판단기준", "평가기준", "세부점검사항", "criteria"}
# Under a heading that groups the applicant's columns, "증적" is what was submitted.
ANSWERED = {Role.EVIDENCE_ASKED: Role.EVIDENCE_GIVEN, Role.DETAIL: Role.IMPLEMENTATION}
_ANSWER_GROUP = re.compile(
    "자체점검|자가점검|자가진단|점검결과|이행점검|답변|작성란|신청사|제출사|업체작성|"
    "selfassessment|response|vendor|applicant|answer"
)

ANSWERS: dict[str, list[str]] = {
    _V.MET: [
        "y", "yes", "예", "네", "o", "적합", "이행", "준수", "양호", "충족", "적용", "만족", "완료", "완전이행", "이행완료",
        "pass", "met", "compliant", "implemented", "true",
    ],
    _V.PARTIAL: [
        "p", "△", "▲", "부분", "부분적합", "부분이행", "부분준수", "일부", "일부이행", "부분충족",
        "partial", "partially", "partly", "in progress", "진행중", "이행중",
    ],
    _V.NOT_MET: [
        "n", "no", "아니오", "아니요", "x", "부적합", "미이행", "미준수", "취약", "미충족", "미적용", "미흡",
        "불만족", "fail", "not met", "non-compliant", "not implemented", "false",
    ],
    _V.NOT_APPLICABLE: ["n/a", "na", "해당없음", "비대상", "미해당", "제외", "not applicable", "-"],
    _V.INCONCLUSIVE: ["보류", "판단보류", "확인필요", "hold", "unknown", "tbd", "inconclusive"],
}  # fmt: skip

SEVERITIES: dict[str, list[str]] = {
    Severity.CRITICAL: ["critical", "매우높음", "최상", "치명", "심각", "긴급", "c"],
    Severity.HIGH: ["high", "상", "높음", "h", "중요", "major", "1등급"],
    Severity.MEDIUM: ["medium", "중", "보통", "중간", "m", "moderate", "2등급"],
    Severity.LOW: ["low", "하", "낮음", "l", "minor", "3등급"],
    Severity.INFO: ["info", "정보", "참고", "권고", "informational"],
}
MANDATORY = [
    "필수",
    "필수사항",
    "필수항목",
    "의무",
    "y",
    "yes",
    "o",
    "예",
    "true",
    "must",
    "mandatory",
    "required",
    "1",
    "●",
]
OPTIONAL = [
    "선택",
    "선택사항",
    "선택항목",
    "권고사항",
    "권고",
    "권장",
    "n",
    "no",
    "x",
    "아니오",
    "false",
    "should",
    "optional",
    "0",
    "-",
]

# Rings and crosses that people type for yes and no; folded before words are compared.
_MARKS = str.maketrans(
    {**dict.fromkeys("○◯〇●◎ㅇ", "o"), **dict.fromkeys("×✕✖╳✗", "x"), "－": "-", "–": "-"}
)
_PIECES = re.compile(r"[\s/|]+")
_SPACE = re.compile(r"[\s·ㆍ]+")
_SIGNS = re.compile(r"[^\w#/△▲-]+")
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\]]*\]|\*+$")


def folded(text: str) -> str:
    """Return *text* as words are compared: width, case, spaces and ring or cross forms levelled."""
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS).casefold()
    return _SPACE.sub("", plain)


def heading(text: str) -> str:
    """Return a header without asides in brackets and without signs."""
    bare = _ASIDE.sub("", text.strip()).strip() or text
    return _SIGNS.sub("", folded(bare))


def role_of(text: str) -> str:
    """Return the role that a column under the very header *text* has, "" where nobody knows."""
    if known := HEADING_WORDS.get(heading(text)):
        return known[0]
    # "No. / 번호": one header in two languages.
    pieces = {
        HEADING_WORDS.get(heading(each), ("", 0))[0] for each in _PIECES.split(text) if each.strip()
    }
    return pieces.pop() if len(pieces) == 1 else ""


def asks_for_answers(word: str) -> bool:
    """Whether *word*, as `heading` returns it, stands over columns that the applicant fills."""
    return bool(_ANSWER_GROUP.search(word))


def verdict_of(text: str) -> str:
    """Return the verdict that *text* commonly means, or ""."""
    return _lookup(_ANSWER_WORDS, text)


def common_answers() -> dict[str, str]:
    """Return {word as compared: verdict} of all words that are commonly used."""
    return dict(_ANSWER_WORDS)


def are_marks(verdicts: Iterable[str]) -> bool:
    """Whether columns named so are one for each answer: there is one for yes and one for no."""
    return {_V.MET, _V.NOT_MET} <= set(verdicts)


def is_mark(text: str) -> bool:
    """Whether *text* in an answer's own column says "this one": a cross or a dash does not."""
    return folded(text) not in {"", "x", "-", "n", "no", "☐", "□", "0", "false"}


def is_sum(text: str) -> bool:
    """Whether *text* begins a row that counts other rows."""
    return folded(text) in _SUMS


def severity_of(text: str) -> str:
    return _lookup(_SEVERITY_WORDS, text)


def mandatory_of(text: str) -> bool | None:
    """Return whether *text* says mandatory; None when it is no such word."""
    word = folded(text)
    if word in _MANDATORY_WORDS:
        return True
    return False if word in _OPTIONAL_WORDS else None


def _lookup(table: dict[str, str], text: str) -> str:
    return table.get(folded(text), "")


def _turned(table: dict[str, list[str]]) -> dict[str, str]:
    return {folded(word): str(key) for key, words in table.items() for word in words}


_ANSWER_WORDS = _turned(ANSWERS)
_SEVERITY_WORDS = _turned(SEVERITIES)
_MANDATORY_WORDS = {folded(word) for word in MANDATORY}
_SUMS = {folded(w) for w in ("소계", "합계", "총계", "누계", "계", "subtotal", "total", "sum")}
_OPTIONAL_WORDS = {folded(word) for word in OPTIONAL}
HEADING_WORDS = {
    heading(word): (role, rank)
    for role, words in reversed(list(HEADINGS.items()))
    for rank, word in enumerate(words)
}
