"""What is a person's is found whatever it stands in; what only looks like it is left alone."""

import pytest

from benchmarks._personal import samples
from compliance.vault.personal import detecting, resident


def found(text, around=""):
    return [
        (hit.kind, text[hit.start : hit.end], hit.masked) for hit in detecting.find(text, around)
    ]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("홍길동 900101-1234568 재직", "resident", "900101-1******"),
        ("주민등록번호 900101-1234567", "resident", "900101-1******"),
        ("주민번호: 9001011234568", "resident", "900101-1******"),
        ("900101 - 1234568", "resident", "900101-1******"),
        ("900101–1234568", "resident", "900101-1******"),
        ("９００１０１－１２３４５６８", "resident", "900101-1******"),
        ("자녀 210305-3999999", "resident", "210305-3******"),
        ("주민등록번호: 503153123456", "resident", "050315-3******"),
        ("외국인등록번호 900101-5234567", "foreigner", "900101-5******"),
        ("4111-1111-1111-1111", "card", "4111-****-****-1111"),
        ("4111 1111 1111 1111", "card", "4111-****-****-1111"),
        ("card 5555555555554444 ok", "card", "5555-****-****-4444"),
        ("amex 378282246310005", "card", "3782-****-****-0005"),
        ("연락처: 010-1234-5678", "mobile", "010-****-5678"),
        ("01012345678", "mobile", "010-****-5678"),
        ("+82-10-1234-5678", "mobile", "010-****-5678"),
        ("+821012345678", "mobile", "010-****-5678"),
        ("(010) 1234-5678", "mobile", "010-****-5678"),
        ("010 - 1234 - 5678", "mobile", "010-****-5678"),
        ("휴대폰: 1012345678", "mobile", "010-****-5678"),
        ("011-234-5678", "mobile", "011-***-5678"),
        ("길동 <gildong.hong@naver.com>", "mail", "gi***@naver.com"),
        ("서울 강남구 테헤란로 152", "address", "서울 강남구 **** ***"),
        ("경기도 성남시 분당구 판교역로 166, 7층", "address", "경기도 성남시 분당구 **** ***"),
        ("강남구 역삼동 123-45", "address", "강남구 *** ***-**"),
        ("세종특별자치시 한누리대로 2130", "address", "세종특별자치시 ***** ****"),
        ("부산 해운대구 우동 1408", "address", "부산 해운대구 ** ****"),
        ("국민은행 123456-04-123456", "account", "123***-**-******"),
        ("계좌번호: 110-123-456789 (신한)", "account", "110-***-******"),
        ("운전면허 11-09-123456-30", "licence", "11-09-******-**"),
        ("여권번호 M12345678", "passport", "M********"),
        ("passport no. M123A4567", "passport", "M********"),
    ],
)
def test_it_is_found_and_masked(text, kind, masked):
    assert [(k, m) for k, _text, m in found(text)] == [(kind, masked)]


@pytest.mark.parametrize(
    "text",
    [
        "900101-1234567",  # the check digit is wrong and nothing says what it is
        "법인등록번호 110111-1234567",
        "사업자등록번호 123-45-67890",
        "주문번호 241126-3000123",
        "900101-1****** 010-****-5678",
        "991301-1234567",
        "1700000000000",
        "0.4111111111111111",
        "order 4111111111111111",
        "4111-1111-1111-1112",
        "uuid 41111111-1111-4111-8111-111111111111",
        "02-123-4567 1588-1234 070-1234-5678 031-123-4567",
        "010-0000-0000",
        "10.0.0.1 v1.2.3 2026-11-20T12:00:00+09:00",
        "user@example.com admin@baedal.co.kr git@github.com icon@2x.png getty@tty1.service",
        "root@10.0.0.1 a@b.local x@users.noreply.github.com",
        "필요시 추가로 2 단계를 거친다",
        "위반시 별도로 3회 통보",
        "네트워크 구간으로 3 개",
        "본사: 서울특별시 송파구 위례성대로 2",
        "은행 점검시간 2026-11-20 00:10-01:30",
        "은행 대표전화 1588-5000, 02-123-4567",
        "M12345678",
        "일련번호 8801234567893",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text):
    assert found(text) == []


def test_a_bank_in_the_same_row_makes_it_an_account():
    assert found("110-123-456789") == []
    assert found("110-123-456789", "홍길동 신한은행 110-123-456789")[0][0] == "account"


def test_decomposed_hangul_is_read_too():
    import unicodedata

    text = unicodedata.normalize("NFD", "주민번호 900101-1234568")
    assert [hit.masked for hit in detecting.find(text)] == ["900101-1******"]


def test_masking_leaves_the_rest_as_it_was():
    text = "홍길동 900101-1234568, 010-1234-5678."
    assert detecting.mask(text, detecting.find(text)) == "홍길동 900101-1******, 010-****-5678."


def test_foreigners_have_a_check_digit_of_their_own():
    assert resident.has_check_digit("9001011234568")
    assert not resident.has_check_digit("9001011234567")


def test_a_generated_corpus_is_found_and_little_else():
    """The benchmark prints the same at full size."""
    missed = false = 0
    lines = list(samples(4000))
    for sample in lines:
        hits = [(hit.kind, sample.text[hit.start : hit.end]) for hit in detecting.find(sample.text)]
        if sample.kind:
            right = [
                text
                for kind, text in hits
                if kind == sample.kind and (text in sample.value or sample.value in text)
            ]
            missed += not right
        else:
            false += bool(hits)
    assert missed / 2000 <= 0.02
    assert false / 2000 <= 0.01


def test_a_line_of_a_megabyte_costs_no_seconds():
    import time

    began = time.perf_counter()
    for text in (
        "1" * 2**20,
        "서울시 " * 2**18,
        "a." * 2**19 + "@",
        "0-" * 2**19,
        "가" * 2**20 + "로 1",
    ):
        detecting.find(text, "은행")
    assert time.perf_counter() - began < 15
