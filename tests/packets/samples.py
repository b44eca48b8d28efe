"""A manifest as the freeze would write it, small enough to read, with every kind of thing in it."""

import hashlib
import io
from typing import Any

from PIL import Image

from compliance.packets.comparing import since_freeze
from compliance.packets.manifest import FORMAT, HASH, digest, files
from compliance.packets.manifest_rows import (
    Assessment,
    Check,
    Evidence,
    File,
    Manifest,
    Submission,
    Task,
    Text,
)

FROZEN = "2026-11-22T16:00:00+09:00"


def both(ko: str, en: str = "") -> Text:
    return {"ko": ko, "en": en}


def content_of(name: str) -> bytes:
    return f"content of {name}\n".encode() * 40


def make_file(path: str, data: bytes | None = None, **more: Any) -> File:
    name = path.rsplit("/", 1)[-1].split("_", 1)[-1]
    data = content_of(path) if data is None else data
    file: File = {
        "name": name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "media_type": "application/pdf" if name.endswith(".pdf") else "image/png",
        "path": path,
        "embedded": True,
    }
    return file | more  # type: ignore[return-value]


def make_evidence(number: str, title: str, *files: File, **more: Any) -> Evidence:
    evidence: Evidence = {
        "number": number,
        "title": title,
        "kind": both("네트워크 구성도", "Network diagram"),
        "state": "accepted",
        "collected_at": "2026-11-02",
        "valid_until": "2027-11-02",
        "uploaded_by": "배성호",
        "uploaded_at": "2026-11-03T10:20:00+09:00",
        "reviewer": "차지연",
        "reviewed_at": "2026-11-05T09:00:00+09:00",
        "files": list(files),
    }
    return evidence | more  # type: ignore[return-value]


def make_check(**more: Any) -> Check:
    check: Check = {
        "tool": "Nmap 7.93",
        "at": "2026-11-10T02:00:00+09:00",
        "counts": {"passed": 41, "failed": 2, "not_applicable": 3, "manual": 1},
        "failing": ["10.20.1.5:3306 사무 대역에서 DB 포트 응답", "10.20.1.6:6379 Redis 인증 없음"],
    }
    return check | more  # type: ignore[return-value]


def make_task(**more: Any) -> Task:
    task: Task = {
        "number": "T-12",
        "requirement": "OI-NET-03",
        "title": "사무 대역의 DB 포트 접근 차단",
        "defect": "사무 대역(10.30.0.0/16)에서 주문 DB 3306 포트에 응답이 있다.",
        "before": "방화벽 정책 118번이 사무 대역 전체를 허용했다.",
        "plan": "정책 118번을 폐기하고 운영자 접근은 접근통제 서버를 거치게 한다.",
        "action": "2026-11-12 정책 118번을 폐기하고 209번(접근통제 서버 → DB)을 등록했다.",
        "after": "재점검 결과 사무 대역에서 응답하는 DB 포트가 없다.",
        "evidence": ["E-31"],
        "basis": "ISMS-P 2.6.1",
        "assignee": "배성호",
        "due": "2026-11-20",
        "state": "closed",
        "closed_at": "2026-11-15T15:30:00+09:00",
        "verified_by": "안소영",
    }
    return task | more  # type: ignore[return-value]


def make_assessment(code: str = "OI-NET-03", **more: Any) -> Assessment:
    assessment: Assessment = {
        "code": code,
        "area": code.split("-")[1],
        "title": both("주문연동 구간 접근통제", "Access control of the order-integration segment"),
        "statement": both(
            "주문연동 구간으로 들어오는 접근은 필요한 출발지와 포트만 허용한다.",
            "Allow only the sources and ports that are needed.",
        ),
        "severity": "critical",
        "mandatory": True,
        "provenance": both("기사에 예시로 명시", "Named as an example in the article"),
        "verdict": "met",
        "reason": "",
        "implementation": "영역마다 방화벽을 두고 기본 차단 정책을 적용한다.\n정책은 분기마다 검토한다.",
        "owner": "배성호",
        "decided_by": "안소영",
        "decided_at": "2026-11-16T11:00:00+09:00",
        "evidence": [],
        "checks": [],
        "tasks": [],
    }
    return assessment | more  # type: ignore[return-value]


def make_submission(**more: Any) -> Submission:
    submission: Submission = {
        "kind": "initial",
        "review": "full",
        "follows": "",
        "change_note": "",
        "targets": [],
        "scope_items": [
            {
                "kind": "service",
                "name": "주문 수신 API",
                "legal_entity": "",
                "included": True,
                "reason": "",
            },
            {
                "kind": "system",
                "name": "POS 프로그램",
                "legal_entity": "만나포스",
                "included": False,
                "reason": "자매회사가 개발·배포하며 주문 데이터를 저장하지 않는다.",
            },
        ],
        "personal_data": "주소와 전화번호는 배달 완료 24시간 뒤 가림처리한다.",
        "diagrams": [
            {
                "kind": "network_diagram",
                "number": "E-30",
                "title": "네트워크 구성도",
                "version": 2,
                "files": [{"name": "구성도.pdf", "sha256": hashlib.sha256(b"d").hexdigest()}],
                "enclosed": True,
            }
        ],
        "attestation": {
            "text": "1. 기재한 내용은 사실과 다름이 없습니다.",
            "name": "안소영",
            "role": "owner",
            "at": FROZEN,
        },
        "answered_round": 0,
        "requested_changes": "",
        "answers": [],
    }
    return submission | more  # type: ignore[return-value]


def make_manifest(**more: Any) -> Manifest:
    diagram = make_file("증적/OI-NET-03/E-30_네트워크 구성도.pdf")
    capture = make_file("증적/OI-NET-03/E-31_방화벽 정책.png")
    manifest: Manifest = {
        "format": FORMAT,
        "hash": HASH,
        "application": {
            "number": "GP-2026-0001",
            "title": "만나배달 주문연동 신청",
            "platform": both("배달의민족", "Baemin"),
            "state": "locked",
        },
        "organisation": "만나배달",
        "round": 1,
        "as_of": FROZEN,
        "frozen_at": FROZEN,
        "frozen_by": "안소영",
        "prepared": {"name": "안소영", "role": "security_lead", "at": FROZEN},
        "reviewed": {"name": "차지연", "role": "auditor", "at": FROZEN},
        "approved": {"name": "", "role": "", "at": ""},
        "profile": {
            "identifier": "order-integration-reference",
            "version": "0.1.0",
            "title": both("주문연동 보안 요구사항 참조 프로파일(배민형)", "Reference profile"),
            "status": "reference_unofficial",
            "disclaimer": both("플랫폼이 공개하거나 승인한 문서가 아닙니다.", "Unofficial."),
            "digest": hashlib.sha256(b"profile").hexdigest(),
        },
        "scope": "주문 수신 API, 배차 서버, 주문 DB, 라이더 앱.",
        "out_of_scope": "사내 그룹웨어: 주문연동과 분리된 망입니다.",
        "traffic": "평일 점심 피크 시간당 12,000건",
        "contact": "안소영 · security@example.com",
        "service": "전국 지역 배달사무소에 주문 접수와 배차를 제공하는 배달대행 서비스입니다.",
        "integration": "플랫폼의 주문 API를 서버 대 서버로 호출합니다.",
        "areas": [
            {"code": "NET", "title": both("네트워크 및 정보보호 시스템", "Networks")},
            {"code": "DAT", "title": both("데이터 처리", "Data processing")},
        ],
        "assessments": [
            make_assessment(
                evidence=[
                    make_evidence("E-30", "2026년 11월 네트워크 구성도", diagram),
                    make_evidence("E-31", "방화벽 정책 화면", capture, kind=both("방화벽 정책")),
                ],
                checks=[make_check()],
                tasks=["T-12"],
            ),
            make_assessment(
                "OI-DAT-05", verdict="partial", reason="마스킹이 48시간 뒤에 적용됩니다."
            ),
        ],
        "scans": [
            {
                "number": "S-3",
                "tool": "Nmap",
                "version": "7.93",
                "started_at": "2026-11-10T02:00:00+09:00",
                "finished_at": "2026-11-10T02:04:00+09:00",
                "imported_by": "배성호",
                "targets": ["10.20.1.0/24"],
                "counts": {"passed": 41, "failed": 2, "not_applicable": 3, "manual": 1},
                "findings": 2,
                "file": make_file("점검결과/S-3_nmap.xml", media_type="application/xml"),
            }
        ],
        "findings": [
            {
                "number": "F-7",
                "title": "DB 포트가 사무 대역에 열려 있음",
                "asset": "order-db-1 (10.20.1.5)",
                "severity": "high",
                "state": "fixed",
                "requirements": ["OI-NET-03"],
                "path": "nmap:3306 → ISMS-P 2.6.1 → OI-NET-03",
                "first_seen": "2026-10-10T02:00:00+09:00",
                "last_seen": "2026-11-10T02:00:00+09:00",
            }
        ],
        "tasks": [make_task()],
        "accepted_risks": [],
        "gaps": [{"text": "라이더 앱의 화면 마스킹은 12월 배포 예정입니다.", "by": "안소영"}],
        "mapping_sets": [{"name": "isms-p", "version": "2023-10"}],
        "checkpoint": {"seq": 412, "hash": hashlib.sha256(b"412").hexdigest()},
        "submission": make_submission(),
        "look": {"colour": "", "logo": None},
    }
    return manifest | more  # type: ignore[return-value]


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="900" height="400">
<rect x="20" y="40" width="260" height="100" fill="#e8f0fb" stroke="#1f4e8c"/>
<text x="40" y="95" font-size="18" font-family="Arial" font-weight="bold">연동 서버</text>
<path d="M280 90 L420 90" stroke="#333"/></svg>""".encode()


def make_picture(
    size: tuple[int, int] = (60, 40), mode: str = "RGB", kind: str = "PNG", **more: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, more.pop("colour", 0)).save(out, kind, **more)
    return out.getvalue()


def make_second_round() -> tuple[Manifest, dict[str, bytes]]:
    """A second round with everything that a document can have, and the bytes of its files."""
    kept: dict[str, bytes] = {}

    def file(path: str, data: bytes, media_type: str) -> File:
        made = make_file(path, data, media_type=media_type)
        kept[made["sha256"]] = data
        return made

    logo = file("표지/logo.png", make_picture((300, 80), colour=(11, 107, 93)), "image/png")
    drawing = file("구성도/E-50_구성도.svg", SVG, "image/svg+xml")
    capture = file("증적/OI-NET-03/E-31_방화벽 정책.png", make_picture(), "image/png")
    former = make_manifest()
    former["assessments"][0]["implementation"] = "영역마다 방화벽을 두고 기본 허용 정책을 적용한다."
    former["assessments"][0]["evidence"] = []
    former["findings"][0]["state"] = "open"
    former["tasks"][0]["state"] = "in_progress"
    submission = make_submission(
        diagrams=[
            {
                "kind": "network_diagram",
                "number": "E-50",
                "title": "네트워크 구성도",
                "version": 2,
                "files": [drawing],
                "enclosed": True,
            }
        ],
        answered_round=1,
        requested_changes="아래 항목을 보완해 주십시오.",
        answers=[
            {
                "requirement": "OI-NET-03",
                "title": both("주문연동 구간 접근통제", "Access control"),
                "verdict": "supplement",
                "words": "출발지 제한을 확인할 수 없습니다.",
                "due": "2026-12-20",
                "answer": "고정 IP 2개로 제한한 화면을 올렸습니다.",
                "answered_by": "안소영",
                "answered_at": FROZEN,
            }
        ],
    )
    manifest = make_manifest(
        round=2, submission=submission, look={"colour": "#0b6b5d", "logo": logo}
    )
    manifest["assessments"][0]["evidence"] = [make_evidence("E-31", "방화벽 정책 화면", capture)]
    manifest["tasks"][0]["finding"] = "F-7"
    for each in files(manifest):
        kept.setdefault(each["sha256"], content_of(each["path"]))
    manifest["since"] = since_freeze(former, digest(former), manifest)
    return manifest, kept


def read_sample(sha256: str) -> bytes:
    """Return the bytes of a file of `make_manifest` by its digest."""
    (path,) = {each["path"] for each in files(make_manifest()) if each["sha256"] == sha256}
    return content_of(path)
