"""What is wrong with what the run left behind, as sentences. Pure, no database."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

_GATE = re.compile(r"^(\S.*?)\s+(ok|NOT ASKED|FAILED)\s+[\d.]+ s$", re.MULTILINE)
_ADVISORIES = re.compile(
    r"^(\d+) of (\d+) packages have known flaws; (\d+) unknown\.$", re.MULTILINE
)
_ANSWER = re.compile(r"^(?:GET|POST) (https?)://(\S+?)(/\S*)\n(\d{3}) ", re.MULTILINE)
_EVERYWHERE = [
    "frame-ancestors 'none'",
    "x-content-type-options: nosniff",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
]
_YEAR = 31_536_000


def check(folder: Path) -> list[str]:
    """Every gate of check.txt must have passed; one must be there."""
    gates = _GATE.findall((folder / "check.txt").read_text("utf-8"))
    if not gates:
        return ["배포 점검이 아무것도 알리지 않았습니다."]
    return [f"배포 점검을 통과하지 못했습니다: {name}" for name, word in gates if word != "ok"]


def advisories(folder: Path) -> list[str]:
    """A service must have answered about every package, and known no flaw."""
    found = _ADVISORIES.search((folder / "advisories.txt").read_text("utf-8"))
    if not found:
        return [
            "취약점 정보 서비스가 응답하지 않아 알려진 취약점이 없다는 것을 확인하지 못했습니다."
        ]
    flawed, asked, unknown = map(int, found.groups())
    said = [f"알려진 취약점이 있는 라이브러리: {asked}개 가운데 {flawed}개"] if flawed else []
    return said + ([f"서비스가 알지 못하는 라이브러리: {unknown}개"] if unknown else [])


def materials(folder: Path) -> list[str]:
    """Each component must say its version and licence."""
    parts = json.loads((folder / "sbom.json").read_text("utf-8")).get("components", [])
    bare = [each["name"] for each in parts if not (each.get("version") and each.get("licenses"))]
    if not parts:
        return ["자재명세서가 비어 있습니다."]
    return [f"판이나 라이선스가 없는 라이브러리: {', '.join(bare)}"] if bare else []


def ports(folder: Path) -> list[str]:
    """Of the ports that starting the server may have opened, the web port alone is open."""
    ours = (folder / "port.txt").read_text("utf-8").strip()
    listed = ET.parse(folder / "ports.xml").iter("port")  # noqa: S314 - nmap wrote it
    opened = {
        each.get("portid", "0") for each in listed if each.find("state[@state='open']") is not None
    }
    if ours not in opened:
        return [f"포트 점검이 포털의 웹 포트({ours})를 찾지 못했습니다."]
    others = sorted(opened - {ours}, key=int)
    return [f"포털을 켜자 다른 포트도 열렸습니다: {', '.join(others)}"] if others else []


def answers(folder: Path) -> list[str]:
    """Headers of every answer, HTTPS forced on people, machines refused in clear, cookies bound."""
    text = (folder / "answers.txt").read_text("utf-8")
    parts = [part for part in text.split("\n\n") if part.strip()]
    if not parts:
        return ["응답을 받지 못했습니다."]
    return [said for part in parts for said in _wrong_with(part)]


def _wrong_with(part: str) -> list[str]:
    asked = _ANSWER.match(part.strip())
    if not asked:
        return ["응답을 읽지 못했습니다."]
    scheme, _host, path, status = asked.groups()
    place, low = f"{scheme} {path}", part.lower()
    said = [f"{place}: {name} 헤더가 없습니다." for name in _EVERYWHERE if name not in low]
    said += _in_clear(place, path, status, low) if scheme == "http" else _over_tls(place, low)
    for cookie in re.findall(r"^set-cookie: (.+)$", part, re.MULTILINE | re.IGNORECASE):
        if not cookie.startswith("__Host-") or "secure" not in cookie.lower():
            said.append(f"{place}: 쿠키 {cookie.partition('=')[0]}에 __Host-나 Secure가 없습니다.")
    return said


def _over_tls(place: str, low: str) -> list[str]:
    age = re.search(r"strict-transport-security: max-age=(\d+)", low)
    good = age is not None and int(age[1]) >= _YEAR
    return [] if good else [f"{place}: HSTS가 1년보다 짧거나 없습니다."]


def _in_clear(place: str, path: str, status: str, low: str) -> list[str]:
    if path.startswith("/api/"):
        return (
            []
            if status == "403"
            else [f"{place}: 평문 요청을 거절하지 않고 {status}로 답했습니다."]
        )
    if status in {"301", "308"} and "location: https://" in low:
        return []
    return [f"{place}: HTTPS로 보내지 않고 {status}로 답했습니다."]


LOOKS: dict[str, Callable[[Path], list[str]]] = {
    "check": check,
    "advisories": advisories,
    "materials": materials,
    "ports": ports,
    "answers": answers,
}


def all_of(folder: Path) -> dict[str, list[str]]:
    """Return {piece: what is wrong with it}. Raises FileNotFoundError when one was not left."""
    return {key: look(folder) for key, look in LOOKS.items()}
