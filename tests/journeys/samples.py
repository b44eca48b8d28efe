"""Files that people of the journeys have on their desktops. Made here, from nothing but their words."""

import itertools
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from portal.demo import papers

_count = itertools.count(1)


def policy_pdf(folder: Path) -> Path:
    """A one-page policy as PDF; every one has bytes of its own."""
    lines = [
        f"문서번호 SEC-FW-{next(_count):03d}. 이 지침은 주문연동 구간의 모든 방화벽에 적용한다.",
        "모든 통신은 기본 차단하며 마지막 규칙은 any-any 차단으로 둔다.",
        "허용 규칙은 출발지·목적지·포트를 지정하여 품의 승인을 받은 것만 등록한다.",
        "임시 허용 규칙은 만료일을 두고, 만료 즉시 삭제한다.",
        "허용 규칙은 분기마다 검토하고 쓰지 않는 규칙을 삭제한다.",
    ]
    path = folder / "방화벽_운영지침.pdf"
    path.write_bytes(papers.document("방화벽 운영지침", lines, timezone.localdate()))
    return path


def screen_png(folder: Path, name: str = "방화벽_설정화면.png") -> Path:
    """A full-screen capture as PNG; every one has bytes of its own."""
    lines = [f"정책 순번 {next(_count)}", "any → any 차단", "연동 서버 443 허용"]
    path = folder / name
    path.write_bytes(papers.capture("방화벽 정책 화면", lines, timezone.localdate()))
    return path


def address() -> str:
    """A host that no other journey scans."""
    return f"10.30.{secrets.randbelow(250)}.{1 + secrets.randbelow(250)}"


def nmap(folder: Path, address: str, ports: Sequence[tuple[int, str, str]]) -> Path:
    """What Nmap writes of one host; *ports* are (number, service, state)."""
    now = int(timezone.now().timestamp())
    rows = "".join(
        f'<port protocol="tcp" portid="{number}"><state state="{state}" reason="syn-ack"'
        f' reason_ttl="64"/><service name="{service}" method="table" conf="3"/></port>'
        for number, service, state in ports
    )
    path = folder / f"nmap-{address}-{next(_count)}.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
        f'<nmaprun scanner="nmap" args="nmap -sT -p 1-65535 {address}" start="{now}"'
        f' version="7.93" xmloutputversion="1.05"><host starttime="{now}" endtime="{now + 9}">'
        f'<status state="up" reason="syn-ack"/><address addr="{address}" addrtype="ipv4"/>'
        f'<ports>{rows}</ports></host><runstats><finished time="{now + 9}" elapsed="9.01"'
        ' exit="success"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>\n',
        "utf-8",
    )
    return path


def trivy(folder: Path) -> Path:
    """What Trivy writes of an image with one critical and one low vulnerability."""
    found = [
        {
            "VulnerabilityID": f"CVE-2026-7000{number}",
            "PkgName": package,
            "InstalledVersion": "2.0.1",
            "FixedVersion": "2.0.4",
            "Severity": severity,
            "Title": title,
        }
        for number, package, severity, title in (
            (1, "libjourney", "CRITICAL", "remote code execution in the parser"),
            (2, "tarjourney", "LOW", "wrong permissions on extraction"),
        )
    ]
    image = "registry.bareun.example/settle-api:2026.11.9"
    path = folder / "trivy-settle-api.json"
    results = [{"Target": image, "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}]
    whole = {"SchemaVersion": 2, "CreatedAt": _now().isoformat(), "ArtifactName": image}
    whole |= {"ArtifactType": "container_image", "Results": results}
    path.write_text(json.dumps(whole), "utf-8")
    return path


KISA_ROWS = [
    ("U-01", "root 계정 원격 접속 제한", "상", "취약", "PermitRootLogin yes"),
    ("U-02", "비밀번호 관리정책 설정", "상", "양호", "minlen=9"),
    ("U-35", "공유 서비스에 대한 익명 접근 제한 설정", "상", "해당없음", "FTP 미사용"),
    ("U-64", "주기적 보안 패치 및 벤더 권고사항 적용", "상", "수동", "담당자 확인 필요"),
]


def kisa(folder: Path) -> Path:
    """A check list of one server in CP949, as Korean Excel saves CSV."""
    day = f"{_now():%Y-%m-%d}"
    lines = ["점검일자,호스트명,IP,항목코드,점검항목,중요도,점검결과,현황"]
    lines += [",".join([day, "settle-02", "10.30.2.12", *row]) for row in KISA_ROWS]
    path = folder / "정산서버_점검결과.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode("cp949"))
    return path


def _now() -> datetime:
    return timezone.localtime()
