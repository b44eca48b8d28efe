"""Bringing tools' words to ours: severities, references, times, and text fit to be kept."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from compliance.scans.records import UNNAMED, Outcome, Seen
from compliance.shared.severity import Severity

EXCERPT_LIMIT = 1000
NAME_LIMIT = 300
SEOUL = ZoneInfo("Asia/Seoul")

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "urgent": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "긴급": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "상": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "중": Severity.MEDIUM,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "negligible": Severity.LOW,
    "note": Severity.LOW,
    "하": Severity.LOW,
    "informational": Severity.INFO,
    "information": Severity.INFO,
    "info": Severity.INFO,
    "none": Severity.INFO,
    "ok": Severity.INFO,
}

_NIST = re.compile(r"(?<![A-Z0-9])([A-Z]{2})[-_](\d{1,2})(?:\s?\((\d{1,2})\)|_(\d{1,2}))?(?!\d)")

# A pass whose raw output says that the check never ran proves nothing.
_NEVER_RAN = re.compile(
    r"command not found|permission denied|operation not permitted|: not found\b"
    r"|명령어?를? 찾을 수 없|허가 거부|권한이 없",
    re.IGNORECASE,
)

# Each pattern with the letters that it needs: a search for these is a hundred times as fast, and
# most texts hold none. A search for one letter is ten times as fast again, so it comes first.
_SECRETS = (
    (
        "-",
        ("PRIVATE KEY",),
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
    ),
    ("K", ("AKIA",), re.compile(r"\bAKIA[0-9A-Z]{16}\b")),
    ("S", ("ASIA",), re.compile(r"\bASIA[0-9A-Z]{16}\b")),
    (
        "_",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "_pat_", "sk_live_"),
        re.compile(r"\b(?:gh[pousr]_|github_pat_|sk_live_)[\w-]{10,}"),
    ),
    ("-", ("glpat-", "xox"), re.compile(r"\b(?:glpat-|xox[abprs]-)[\w-]{10,}")),
    ("z", ("AIza",), re.compile(r"\bAIza[\w-]{10,}")),
    ("J", ("eyJ",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("$", ("$",), re.compile(r"\$(?:1|2[aby]?|5|6|y)\$[^\s:]{8,}")),
)
_NAMES = ("pass", "pwd", "secret", "token", "key", "authorization", "cookie", "비밀번호")
# Longer than any of them with a quote behind it.
LONGEST_NAME = 24
_NAMED_SECRET = re.compile(
    r"""((?:pass(?:word|wd)?|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|cookie|비밀번호)
    ["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)([^\s"',;]{4,})""",
    re.IGNORECASE | re.VERBOSE,
)
_CREDENTIAL_IN_URL = re.compile(r"(\b[a-zA-Z][\w+.-]{0,20}://)[^\s/@:]+:[^\s/@]+@")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b", re.IGNORECASE)
_CWE = re.compile(r"\bCWE[-_:]?0*(\d{1,5})\b", re.IGNORECASE)


def text(value: object) -> str:
    """A scalar as stripped text; anything that is not one (None, a list, an object) is empty."""
    if isinstance(value, str):
        return (value if value.isprintable() else _UNPRINTABLE.sub("", value)).strip()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    try:
        return str(value)
    except ValueError:  # an integer of more than 4,300 digits
        return ""


def short(value: object, limit: int = NAME_LIMIT) -> str:
    """Text on one line, cut to `limit` characters."""
    if type(value) is str and len(value) <= limit and value.isprintable():
        return " ".join(value.split())  # the usual case, some ten times a row
    words = " ".join(_head(value, limit * 4).split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def _head(value: object, limit: int) -> str:
    """The beginning of a text, cut before it is cleaned: a line of a million zeros takes a second."""
    return text(value[: limit * 2] if isinstance(value, str) else value)[:limit]


def mask(value: str) -> str:
    """The same text with what looks like a secret starred out."""
    for letter, letters, pattern in _SECRETS:
        if letter not in value:
            continue
        for each in letters:  # a bare loop: this sees every text of every row
            if each in value:
                value = pattern.sub("****", value)
                break
    if "@" in value and "://" in value:
        value = _CREDENTIAL_IN_URL.sub(r"\1****@", value)
    return _NAMED_SECRET.sub(r"\1****", value) if _names_a_secret(value) else value


def _names_a_secret(value: str) -> bool:
    """Does a name of secrets stand before a colon or an equals sign?"""
    if ":" not in value and "=" not in value:
        return False
    *before, _last = value.replace("=", ":").split(":")
    ends = "\n".join([part.rstrip()[-LONGEST_NAME:] for part in before])
    folded = ends.casefold()  # as the pattern ignores case
    return any(name in folded for name in _NAMES)


def excerpt(*parts: object) -> str:
    """The raw words of a row: masked, bounded, one part a line."""
    # Cut before masking as well: regular expressions over a 12 MB plugin output take seconds.
    joined = "\n".join(part for part in (_head(p, EXCERPT_LIMIT * 4) for p in parts) if part)
    return mask(joined)[:EXCERPT_LIMIT]


def never_ran(*parts: object) -> bool:
    """Does the raw output say that the check could not run?"""
    return any(_NEVER_RAN.search(text(part)[:100_000]) for part in parts)


def suspicious(outcome: Outcome, *raw: object) -> bool:
    """A pass that its own raw output contradicts."""
    return outcome is Outcome.PASS and never_ran(*raw)


def severity(word: object, default: Severity = Severity.INFO) -> Severity:
    """Our grade for a tool's word."""
    return SEVERITIES.get(text(word).casefold(), default)


def severity_of_score(score: object) -> Severity:
    """Our grade for a CVSS score (0-10), by the bands of CVSS v3."""
    try:
        number = float(text(score))
    except ValueError:
        return Severity.INFO
    bands = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM))
    for floor, grade in bands:
        if number >= floor:
            return grade
    return Severity.LOW if number > 0 else Severity.INFO


def probability(*values: object) -> float | None:
    """The highest of EPSS scores (0 to 1), or None where no value is one."""
    found = []
    for value in values:
        try:
            number = float(text(value))
        except ValueError:
            continue
        if 0 <= number <= 1:
            found.append(number)
    return max(found, default=None)


def cves(*parts: object) -> list[str]:
    """Every CVE named in the texts, as references."""
    return [f"cve:{found.upper()}" for part in parts for found in _CVE.findall(text(part))]


def cwes(*parts: object) -> list[str]:
    """Every CWE named in the texts, as references."""
    return [f"cwe:{found}" for part in parts for found in _CWE.findall(text(part))]


def nist(*parts: object) -> list[str]:
    """Controls of NIST SP 800-53 named in the texts: an enhancement, then the control it belongs to.

    AC-6 (2), AC-6(2), CM-6 b and Prowler's ac_6_2 are forms of such names.
    """
    found: list[str] = []
    for part in parts:
        for family, number, *more in _NIST.findall(text(part)[:20_000].upper()):
            enhancement = "".join(more)
            control = f"nist80053:{family}-{int(number)}"
            found += [f"{control}({int(enhancement)})", control] if enhancement else [control]
    return found


def refs(*groups: list[str]) -> tuple[str, ...]:
    """Reference lists joined, each once, in their order, each short enough to be stored."""
    joined = [ref[:200] for group in groups for ref in group if ref]
    return tuple(dict.fromkeys(joined))


def host(address: str, name: str = "") -> Seen:
    """A host asset. Addresses are written canonically, so that ::1 and 0:0::1 are one host."""
    key = short(address or name).casefold().strip("[]")
    with suppress(ValueError):
        key = ipaddress.ip_address(key).compressed
    return Seen("host", key, short(name) or key)


def code_base(tool: str, name: str) -> Seen:
    """A repository as an asset. Analysers that do not say what they read leave it unnamed."""
    return Seen("repository", short(name) or f"{UNNAMED}{tool})", short(name) or tool)


def from_epoch(value: object) -> datetime | None:
    """Seconds since 1970 as an aware time."""
    try:
        return datetime.fromtimestamp(int(float(text(value))), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


class Span:
    """The first and the last moment of a run, however many rows it has."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, time: datetime | None) -> None:
        if time is None:
            return
        self.first = min(self.first or time, time)
        self.last = max(self.last or time, time)


def moment(value: object) -> datetime | None:
    """A date or time in ISO form. One without an offset is read as Seoul's."""
    words = re.sub(r"(\.\d{6})\d+", r"\1", text(value)[:64])
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    if len(words) == len("2026-11-22"):
        # A day without a time: the scan had happened by its end.
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.replace(tzinfo=SEOUL)


def digest(value: str) -> str:
    """A short digest of text whose spacing does not matter, for use as part of a place."""
    return hashlib.sha256(" ".join(value.split()).encode("utf-8", "replace")).hexdigest()[:16]
