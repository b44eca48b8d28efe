"""Scan results of the made-up company's three kinds of check, as the tools would write them."""

import json
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import quoteattr

from compliance.shared.tables import to_csv

JUMP, INTEGRATION = "10.20.0.5", "10.20.1.11"
OPEN_AT_FIRST = {
    JUMP: [(22, "ssh", "OpenSSH"), (23, "telnet", "Linux telnetd"), (3306, "mysql", "MySQL")],
    INTEGRATION: [(22, "ssh", "OpenSSH"), (443, "https", "nginx"), (8080, "http-proxy", "")],
}
CLOSED_LATER = {(JUMP, 23), (INTEGRATION, 8080)}


def nmap(at: datetime, *, after_fix: bool = False) -> bytes:
    """Return an Nmap XML of two servers; *after_fix* shows telnet and 8080 closed."""
    start = int(at.timestamp())
    hosts = "".join(_host(address, ports, after_fix) for address, ports in OPEN_AT_FIRST.items())
    targets = " ".join(OPEN_AT_FIRST)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
        f'<nmaprun scanner="nmap" args="nmap -sV -p- {targets}" start="{start}" '
        f'version="7.93" xmloutputversion="1.05">\n{hosts}'
        f'<runstats><finished time="{start + 412}" elapsed="412" exit="success"/>'
        '<hosts up="2" down="0" total="2"/></runstats>\n</nmaprun>\n'
    ).encode()


def _host(address: str, ports: Sequence[tuple[int, str, str]], after_fix: bool) -> str:  # noqa: FBT001
    rows = []
    for number, service, product in ports:
        state = "closed" if after_fix and (address, number) in CLOSED_LATER else "open"
        rows.append(
            f'<port protocol="tcp" portid="{number}"><state state="{state}" reason="syn-ack"/>'
            f"<service name={quoteattr(service)} product={quoteattr(product)}/></port>"
        )
    return (
        f'<host><status state="up"/><address addr="{address}" addrtype="ipv4"/>'
        f"<ports>{''.join(rows)}</ports></host>\n"
    )


VULNERABILITIES = [
    ("CVE-2026-10001", "libexample", "1.2.3", "1.2.4", "CRITICAL", "버퍼 경계 검사 누락"),
    ("CVE-2026-10002", "openexample", "3.0.1", "3.0.9", "HIGH", "인증서 검증 우회"),
    ("CVE-2025-20003", "zexample", "1.2.11", "1.3.1", "HIGH", "힙 손상"),
    ("CVE-2025-20004", "curlexample", "7.88", "", "MEDIUM", "쿠키 범위 처리 오류"),
    ("CVE-2024-30005", "tarexample", "1.34", "1.35", "LOW", "경로 처리 오류"),
]
MISCONFIGURATIONS = [
    ("AVD-EX-0001", "컨테이너가 root로 실행됨", "FAIL", "HIGH"),
    ("AVD-EX-0002", "이미지 태그 고정", "PASS", "MEDIUM"),
    ("AVD-EX-0003", "HEALTHCHECK 선언", "PASS", "LOW"),
]


def trivy(at: datetime) -> bytes:
    """Return a Trivy JSON (schema 2) of the order server's image, invented CVE numbers."""
    found = [
        {
            "VulnerabilityID": cve,
            "PkgName": package,
            "InstalledVersion": installed,
            "FixedVersion": fixed,
            "Severity": severity,
            "Title": title,
            "CweIDs": ["CWE-787"],
        }
        for cve, package, installed, fixed, severity, title in VULNERABILITIES
    ]
    checked = [
        {"Type": "Dockerfile", "ID": code, "AVDID": code, "Title": title, "Status": status}
        | {"Severity": severity}
        for code, title, status, severity in MISCONFIGURATIONS
    ]
    image = "registry.bareun.example/order-api:2026.11.1"
    return json.dumps(
        {
            "SchemaVersion": 2,
            "CreatedAt": at.isoformat(),
            "ArtifactName": image,
            "ArtifactType": "container_image",
            "Results": [
                {"Target": f"{image} (debian 12.8)", "Class": "os-pkgs", "Type": "debian"}
                | {"Vulnerabilities": found},
                {"Target": "Dockerfile", "Class": "config", "Type": "dockerfile"}
                | {"Misconfigurations": checked},
            ],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


HOSTS = ["order-01", "order-02", "settle-01"]
FAILING = {("settle-01", "U-03"), ("settle-01", "U-66"), ("order-02", "U-28")}
BY_HAND = {"U-64"}
NOT_HERE = {("order-01", "U-35"), ("order-02", "U-35")}


def kisa(codes: Sequence[tuple[str, str, str]], at: datetime) -> bytes:
    """Return a KISA-style check list as CSV; *codes* are (code, title, importance)."""
    rows = [
        [host, code, importance, title, _verdict(host, code), f"{at:%Y-%m-%d} 점검", "2026"]
        for host in HOSTS
        for code, title, importance in codes
    ]
    header = ["호스트", "항목코드", "중요도", "점검항목", "점검결과", "상세", "KISA판"]
    return to_csv(header, rows)


def _verdict(host: str, code: str) -> str:
    if (host, code) in FAILING:
        return "취약"
    if (host, code) in NOT_HERE:
        return "해당없음"
    return "수동" if code in BY_HAND else "양호"


KISA_CODES = [
    ("U-01", "root 계정 원격 접속 제한", "상"),
    ("U-02", "비밀번호 관리정책 설정", "상"),
    ("U-03", "계정 잠금 임계값 설정", "상"),
    ("U-04", "비밀번호 파일 보호", "상"),
    ("U-28", "접속 IP 및 포트 제한", "상"),
    ("U-35", "공유 서비스에 대한 익명 접근 제한 설정", "상"),
    ("U-64", "주기적 보안 패치 및 벤더 권고사항 적용", "상"),
    ("U-66", "정책에 따른 시스템 로깅 설정", "중"),
]
