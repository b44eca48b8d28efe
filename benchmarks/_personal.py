"""A made-up corpus of personal data and of what only looks like it. Nobody's numbers: all random."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
GIVEN = ["민준", "서연", "도윤", "지우", "하은", "예준", "수아", "지호", "은우", "다온", "현", "솔"]
ROADS = [
    ("서울특별시", "송파구", "올림픽로35다길"),
    ("서울시", "강남구", "테헤란로"),
    ("경기도", "성남시 분당구", "판교역로"),
    ("부산광역시", "해운대구", "센텀중앙로"),
    ("인천", "연수구", "송도과학로27번길"),
    ("제주특별자치도", "제주시", "첨단로"),
    ("전북특별자치도", "전주시 완산구", "홍산중앙로"),
    ("충청남도", "천안시 서북구", "불당대로"),
]
LOTS = [
    ("서울특별시", "관악구", "신림동"),
    ("대구광역시", "수성구", "범어동"),
    ("경기도", "화성시", "반송동"),
]
BANKS = [
    ("국민은행", "######-##-######"),
    ("신한은행", "###-###-######"),
    ("우리은행", "####-###-######"),
    ("카카오뱅크", "3333-##-#######"),
    ("농협", "###-####-####-##"),
    ("하나은행", "###-######-#####"),
    ("기업은행", "###-######-##-###"),
]
MAILS = ["naver.com", "gmail.com", "hanmail.net", "daum.net", "kakao.com", "baedal.co.kr"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: *kind* is what it holds, "" for nothing; *value* is the personal data itself."""

    text: str
    kind: str = ""
    value: str = ""


def digits(rng: random.Random, pattern: str) -> str:
    """Fill every # of *pattern* with a digit."""
    return "".join(str(rng.randrange(10)) if char == "#" else char for char in pattern)


def person(rng: random.Random) -> str:
    return rng.choice(FAMILY) + rng.choice(GIVEN)


def resident(rng: random.Random, *, foreign: bool = False, dash: str = "-") -> str:
    """A number with a right check digit, born before October 2020."""
    day = date(1945, 1, 1) + timedelta(days=rng.randrange(27_000))
    gender = {19: "12", 20: "34"}[day.year // 100]
    gender = {"12": "56", "34": "78"}[gender] if foreign else gender
    head = f"{day:%y%m%d}{rng.choice(gender)}" + digits(rng, "#####")
    total = sum(int(d) * w for d, w in zip(head, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    check = ((13 if foreign else 11) - total % 11) % 10
    return f"{head[:6]}{dash}{head[6:]}{check}"


def recent_resident(rng: random.Random) -> str:
    """The random form of those born since October 2020."""
    day = date(2020, 10, 5) + timedelta(days=rng.randrange(1900))
    return f"{day:%y%m%d}-{rng.choice('34')}" + digits(rng, "######")


def card(rng: random.Random, gap: str = "-") -> str:
    prefix = rng.choice(["4", "51", "5424", "3562", "6259", "2221", "94"])
    body = (prefix + digits(rng, "#" * 16))[:15]
    total = 0
    for at, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - at % 2)
        total += value - 9 if value > 9 else value
    whole = body + str(-total % 10)
    return gap.join(whole[at : at + 4] for at in range(0, 16, 4))


def _positives(rng: random.Random) -> dict[str, list[Callable[[], tuple[str, str]]]]:
    """Kind → ways it stands in evidence, each returning (line, value)."""

    def line(form: str, value: str) -> tuple[str, str]:
        return form.format(value=value, name=person(rng), n=rng.randrange(1, 999)), value

    def address() -> str:
        province, district, road = rng.choice(ROADS)
        return f"{province} {district} {road} {rng.randrange(1, 400)}"

    def lot() -> str:
        province, district, quarter = rng.choice(LOTS)
        return f"{province} {district} {quarter} {rng.randrange(1, 900)}-{rng.randrange(1, 60)}"

    def account() -> tuple[str, str]:
        bank, form = rng.choice(BANKS)
        value = digits(rng, form)
        return f"{rng.choice(['', '입금계좌: ', '환불 '])}{bank} {value} {person(rng)}", value

    def mail() -> str:
        return (
            rng.choice(["minjun", "seo.yeon", "k_jiwoo", "haeun"])
            + digits(rng, "##")
            + (f"@{rng.choice(MAILS)}")
        )

    return {
        "resident": [
            lambda: line("{name} 주민등록번호 {value}", resident(rng)),
            lambda: line("{n},{name},{value},재직", resident(rng)),
            lambda: line("user {name} ({value}) joined", resident(rng)),
            lambda: line("주민번호: {value}", resident(rng, dash="")),
            lambda: line('{{"rrn": "{value}"}}', resident(rng, dash="")),
            lambda: line("자녀 {name} {value}", recent_resident(rng)),
            lambda: line("{value} {name}", resident(rng, dash=" - ")),
        ],
        "foreigner": [
            lambda: line("외국인등록번호 {value}", resident(rng, foreign=True)),
            lambda: line("{n}\t{value}\tF-4", resident(rng, foreign=True)),
        ],
        "card": [
            lambda: line("카드번호 {value} 승인", card(rng)),
            lambda: line("pan={value} exp=12/29", card(rng, "")),
            lambda: line("결제 {name} {value}", card(rng, " ")),
            lambda: line("{n},{name},{value},Y", card(rng)),
        ],
        "mobile": [
            lambda: line("연락처 {value}", digits(rng, "010-2###-####")),
            lambda: line("{name}/{value}", digits(rng, "0109#######")),
            lambda: line("phone: {value}", digits(rng, "+82-10-3###-####")),
            lambda: line("{name} {value}", digits(rng, "010.5###.####")),
            lambda: line("수신 {value} 발송완료", digits(rng, "011-2##-####")),
            lambda: line("{n},{name},{value}", digits(rng, "010 4### ####")),
        ],
        "mail": [
            lambda: line("{name} <{value}>", mail()),
            lambda: line("login ok user={value} ip=10.0.0.3", mail()),
            lambda: line('"email":"{value}"', mail()),
        ],
        "address": [
            lambda: line("배송지 {value}", address()),
            lambda: line("{name},{value} 101동 1203호", address()),
            lambda: line("주소: {value}번지", lot()),
            lambda: line("고객 {name} 님 {value} (문앞)", address()),
        ],
        "account": [account],
        "licence": [lambda: line("운전면허 {value}", digits(rng, "1#-##-######-##").replace("10-", "11-", 1))],
        "passport": [lambda: line("여권번호 {value}", digits(rng, "M########"))],
    }  # fmt: skip


def _negatives(rng: random.Random) -> list[Callable[[], str]]:
    def stamp() -> str:
        return f"20{rng.randrange(20, 27)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"

    def ip() -> str:
        return ".".join(str(rng.randrange(1, 255)) for _n in range(4))

    d = digits
    return [
        lambda: f"openssl {d(rng, '3.0.##')}-1~deb12u{d(rng, '#')} amd64",
        lambda: f"nginx/{d(rng, '1.2#.#')} build {d(rng, '2026######')}",
        lambda: f"{stamp()}T12:0{d(rng, '#:##')}+09:00 sshd[{d(rng, '#####')}]: Accepted publickey for deploy from {ip()} port {d(rng, '5####')}",
        lambda: f"{ip()} - - [{d(rng, '2#')}/Nov/2026:10:11:12 +0900] \"GET /orders/{d(rng, '########')} HTTP/1.1\" 200 {d(rng, '#####')}",
        lambda: f"ts={d(rng, '17##########')} span={d(rng, '################')} ok",
        lambda: f"주문번호 {d(rng, '2611##-3######')} 접수",
        lambda: f"order_id={d(rng, '4###############')} status=PAID",
        lambda: f"주문번호: {d(rng, '20261120########')}",
        lambda: f"송장번호 {d(rng, '############')} 배송중",
        lambda: f"invoice {d(rng, 'INV-2026-######')} total {d(rng, '###,###')}원",
        lambda: f"세금계산서 승인번호 {d(rng, '202611##-########-########')}",
        lambda: f"사업자등록번호 {d(rng, '###-##-#####')} 통신판매업 {d(rng, '2026-서울송파-####')}",
        lambda: f"대표전화 {d(rng, '02-5##-####')} 고객센터 {d(rng, '1588-####')}",
        lambda: f"Tel {d(rng, '031-7##-####')} Fax {d(rng, '0505-###-####')}",
        lambda: "contact admin@example.com or user@host.example.org",
        lambda: f"security@baedal-platform.co.kr 로 신고, noreply@corp{d(rng, '#')}.io 발신",
        lambda: f"root@{ip()}:~# git clone git@github.com:team/repo.git",
        lambda: f"react@{d(rng, '18.#.#')} icon@2x.png sha512-{d(rng, '####')}abcdefA==",
        lambda: f"uuid {d(rng, '########')}-{d(rng, '####')}-4{d(rng, '###')}-8{d(rng, '###')}-{d(rng, '############')}",
        lambda: f"sha256:{rng.getrandbits(256):064x}",
        lambda: f"ether 52:54:00:{d(rng, '##:##:##')} mtu 1500",
        lambda: f"{d(rng, '###,###,###')}원 {d(rng, '##.##')}% 증가",
        lambda: f"위도 {d(rng, '37.######')} 경도 {d(rng, '127.######')}",
        lambda: f"정책 {d(rng, '###')}: permit tcp {ip()}/24 any eq {d(rng, '44#')}",
        lambda: f"U-{d(rng, '##')} 양호 점검일 {stamp()} 담당 {person(rng)}",
        lambda: f"본사: 서울특별시 송파구 위례성대로 {d(rng, '#')}",
        lambda: f"서버 {d(rng, '12#')}대 중 {d(rng, '#')}대 조치, 경로 {d(rng, '#')}개",
        lambda: "홍길동 900101-1****** 010-****-5678 마스킹 확인",
        lambda: f"CVE-2026-{d(rng, '#####')} CVSS {d(rng, '#.#')} KB{d(rng, '50#####')}",
        lambda: f"전표번호 {d(rng, '2611##-4######')} 결재완료",
        lambda: f"PID {d(rng, '#####')} RSS {d(rng, '##########')} uptime {d(rng, '########')}",
        lambda: f"batch {d(rng, '2611########')} rows={d(rng, '#######')}",
        lambda: f"예금주 확인 {stamp()} 처리 {d(rng, '##')}건, 은행 점검시간 00:{d(rng, '##')}-01:{d(rng, '##')}",
    ]  # fmt: skip


def samples(size: int, seed: int = 7) -> Iterator[Sample]:
    """Yield about *size* lines, half with personal data, half with what looks like it."""
    rng = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    positives, negatives = _positives(rng), _negatives(rng)
    for number in range(size // 2):
        kind = list(positives)[number % len(positives)]
        text, value = rng.choice(positives[kind])()
        yield Sample(text, kind, value)
        yield Sample(rng.choice(negatives)())
