"""What the portal shows of itself: each piece is made now, from the running code. Nothing is drawn."""

import io
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import get_default_password_validators
from django.core.management import call_command
from django.db import connection

from compliance.accounts import services as accounts
from compliance.accounts.models import Membership, Organisation
from compliance.accounts.roles import CAPABILITIES, Role
from compliance.audit.models import Entry
from compliance.oversight.models import Retention
from compliance.shared.tables import to_csv
from portal.api import api
from portal.self_audit import judging
from portal.self_audit.judging import Cases

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = {
    "audit": ("감사 로그 문서", "docs/audit.md"),
    "cryptography": ("키와 암호 알고리즘", "docs/security/cryptography.md"),
    "data": ("자료 분류와 보관", "docs/security/data.md"),
    "threats": ("위협 모델", "docs/security/threat-model.md"),
    "settings": ("설정 기준", "docs/settings.md"),
    "security": ("취약점 신고와 조치 기한", "SECURITY.md"),
}
_TOLD = [
    "PRODUCTION",
    "SESSION_IDLE_MINUTES",
    "SESSION_COOKIE_AGE",
    "ACCOUNT_REAUTHENTICATION_TIMEOUT",
    "LOCK_ATTEMPTS",
    "LOCK_MINUTES",
    "UPLOAD_QUOTA",
    "OUTBOUND_ALLOW",
    "OUTBOUND_PORTS",
]
_CELLS = 5
_SAID = {
    "passed": "통과",
    "failure": "실패",
    "failed": "실패",
    "error": "오류",
    "skipped": "건너뜀",
    "not run": "이번에 돌지 않음",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of evidence. *kinds* are the profile's kinds that it may stand for, best first."""

    title: str
    name: str
    content: bytes
    kinds: tuple[str, ...]


Maker = Callable[[Organisation, Path], Piece]
_MAKERS: dict[str, Maker] = {}


def make(key: str, organisation: Organisation, folder: Path) -> Piece:
    """Return the piece *key*; *folder* holds what the test run left behind.

    Raises FileNotFoundError with the missing file's name when the run did not leave it.
    """
    if key in DOCUMENTS:
        title, path = DOCUMENTS[key]
        content = (ROOT / path).read_bytes()
        return Piece(title, f"{Path(path).stem}.txt", content, ("policy_doc", "procedure_doc"))
    return _MAKERS[key](organisation, folder)


def _piece(key: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        _MAKERS[key] = maker
        return maker

    return keep


def results(code: str, tests: Sequence[str], cases: Cases) -> Piece:
    """The *tests* that speak for requirement *code*, each with its cases and outcomes of this run."""
    rows = [
        [f"tests/{test.partition(': ')[0]}", case.name, _SAID[case.outcome], f"{case.seconds:.2f}"]
        for test in tests
        for case in cases.get(test, [])
    ]
    content = to_csv(["시험 파일", "시험", "결과", "초"], rows)
    title = f"{code} 자동 시험 결과"
    return Piece(title, f"{code}_시험_결과.csv", content, ("test_record", "scan_report"))


@_piece("check")
def _check(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "check.txt").read_bytes()
    return Piece("배포 점검 결과", "배포_점검.txt", content, ("scan_report", "config_export"))


@_piece("materials")
def _materials(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "sbom.json").read_bytes()
    kinds = ("asset_inventory", "config_export", "scan_report")
    return Piece("자재명세서(CycloneDX)", "sbom.json", content, kinds)


@_piece("advisories")
def _advisories(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "advisories.txt").read_bytes()
    return Piece("알려진 취약점 조회 결과", "취약점_조회.txt", content, ("scan_report",))


@_piece("ports")
def _ports(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "ports.xml").read_bytes()
    return Piece("열린 포트 점검 결과(Nmap)", "ports.xml", content, ("scan_report",))


@_piece("answers")
def _answers(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "answers.txt").read_bytes()
    return Piece("운영 설정의 응답 헤더", "응답_헤더.txt", content, ("config_export",))


@_piece("values")
def _values(organisation: Organisation, _folder: Path) -> Piece:
    """What holds in this installation: none of it is secret."""
    rows = [[name, getattr(settings, name)] for name in _TOLD]
    rows += [[type(each).__name__, vars(each) or ""] for each in get_default_password_validators()]
    rows += [[f"조직: {name}", value] for name, value in accounts.rules_of(organisation).items()]
    kept = Retention.objects.filter(organisation=organisation).first()
    rows.append(["조직: 접속기록 보관 연수", kept.years if kept else ""])
    kinds = ("config_export", "config_screenshot")
    return Piece("적용된 설정값", "설정값.csv", to_csv(["설정", "값"], rows), kinds)


@_piece("asvs")
def _asvs(_organisation: Organisation, folder: Path) -> Piece:
    """Each line of the table with its state and what its tests said in this run."""
    cases = judging.read(folder / "tests.xml")
    rows = []
    for line in (ROOT / "docs/security/asvs.md").read_text("utf-8").splitlines():
        cells = [each.strip() for each in line.strip("| ").split(" | ")]
        if len(cells) == _CELLS and cells[0][:1].isdigit():
            named = [": ".join(each) for each in judging.PROOF.findall(cells[4])]
            said = [f"{name}: {_SAID[judging.said_of(cases.get(name, []))]}" for name in named]
            rows.append([*cells[:4], "\n".join(said) or cells[4]])
    header = ["번호", "수준", "내용", "상태", "증명하는 시험과 이번 결과"]
    kinds = ("scan_report", "retest_report")
    return Piece("OWASP ASVS 5.0 대조표", "asvs.csv", to_csv(header, rows), kinds)


@_piece("accounts")
def _accounts(organisation: Organisation, _folder: Path) -> Piece:
    rows = []
    for each in Membership.objects.filter(organisation=organisation).select_related("user"):
        may = ", ".join(sorted(str(able) for able in CAPABILITIES[Role(each.role)]))
        rows.append([each.user.name, each.user.email, each.role, may])
    return Piece(
        "계정·권한 목록",
        "계정_권한.csv",
        to_csv(["이름", "이메일", "역할", "할 수 있는 일"], rows),
        ("account_list",),
    )


@_piece("doors")
def _doors(_organisation: Organisation, folder: Path) -> Piece:
    content = (folder / "doors.csv").read_bytes()
    kinds = ("test_record", "scan_report", "account_list")
    return Piece("모든 주소와 역할의 대조표", "주소_역할.csv", content, kinds)


@_piece("api")
def _api(_organisation: Organisation, _folder: Path) -> Piece:
    content = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1).encode()
    return Piece("API 명세(OpenAPI)", "openapi.json", content, ("api_spec",))


@_piece("schema")
def _schema(_organisation: Organisation, _folder: Path) -> Piece:
    rows = []
    for model in apps.get_models():
        if model.__module__.startswith("compliance."):
            rows += [
                [model._meta.db_table, each.column, each.get_internal_type()]
                for each in model._meta.concrete_fields
            ]
    return Piece(
        "데이터베이스의 표와 열",
        "표와_열.csv",
        to_csv(["표", "열", "형식"], rows),
        ("db_schema", "db_query_result"),
    )


@_piece("log")
def _log(organisation: Organisation, _folder: Path) -> Piece:
    """The newest entries with who, when, from where, what and which; names are of accounts of this run."""
    entries = Entry.objects.filter(organisation_id=organisation.pk).order_by("-seq")[:200]
    rows = [
        [each.seq, each.at.isoformat(), each.actor_name, each.address, each.sentence]
        for each in entries
    ]
    header = ["번호", "일시", "행위자", "접속지", "내용"]
    return Piece("감사 로그 표본", "감사_로그.csv", to_csv(header, rows), ("log_sample",))


@_piece("chain")
def _chain(_organisation: Organisation, _folder: Path) -> Piece:
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    content = out.getvalue().encode()
    return Piece(
        "감사 로그 검증 결과", "감사_로그_검증.txt", content, ("log_sample", "config_export")
    )


@_piece("restore")
def _restore(_organisation: Organisation, folder: Path) -> Piece:
    """Copy database and vault elsewhere and verify both there, in a process of its own."""
    aside = folder / "restored"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(settings.VAULT_ROOT, aside / "vault")
    with closing(sqlite3.connect(aside / "gatepass.sqlite3")) as copy:
        connection.connection.backup(copy)
    told = []
    for command in ("verify_audit", "verify_vault"):
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env={"VAR_DIR": str(aside), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(f"$ manage.py {command}\n{done.stdout}")
    shutil.rmtree(aside)
    content = "\n".join(told).encode()
    return Piece("복구 시험 결과", "복구_시험.txt", content, ("test_record",))
