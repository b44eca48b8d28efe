"""A file that somebody uploaded without looking: what the personal-data guard is for. All made up."""

import io
from datetime import timedelta

from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.evidence import services as evidence
from compliance.evidence.models import Evidence
from compliance.shared.tables import to_csv

TITLE = "주문 데이터 다운로드 이력"
_HEADER = ["주문번호", "수령인", "연락처", "이메일", "배송지", "환불 계좌"]
_ROWS = [
    ["261103-0001", "김하늘", "010-2210-4821", "haneul.kim@naver.com", "서울특별시 송파구 올림픽로35다길 42", "신한은행 110-402-558311"],
    ["261103-0002", "이도윤", "010-9127-3306", "doyun88@gmail.com", "경기도 성남시 분당구 판교역로 166", ""],
    ["261104-0007", "박지우", "010-5518-0249", "jiwoo@hanmail.net", "부산광역시 해운대구 센텀중앙로 79", "국민은행 804502-04-118273"],
    ["261105-0011", "최서연", "010-3391-7765", "", "대전광역시 유성구 대학로 99", ""],
]  # fmt: skip


def fill(company: Organisation, staff: dict[str, User]) -> None:
    """Kept and not linked yet, so that no review and no packet counts it."""
    if Evidence.objects.filter(organisation=company, title=TITLE).exists():
        return
    content = to_csv(_HEADER, _ROWS)
    evidence.add(
        company,
        [evidence.Upload(io.BytesIO(content), "주문_다운로드_이력_202611.csv")],
        by=staff["minsu"],
        title=TITLE,
        collected_at=timezone.localdate() - timedelta(days=3),
        source="console.bareun.example",
    )
