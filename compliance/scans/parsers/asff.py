"""AWS Security Finding Format: Security Hub's own, and what other tools write in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "asff"
LABEL = "AWS Security Hub (ASFF)"
TOOL = "securityhub"

_STATUS = {
    "PASSED": Outcome.PASS,
    "FAILED": Outcome.FAIL,
    "WARNING": Outcome.MANUAL,
    # What Prowler 3 writes of a failure that was muted; Security Hub itself has no such word.
    "MUTED": Outcome.SUPPRESSED,
}
_REQUIREMENT = re.compile(r"^(KISA-ISMS-P-2023|NIST[-. ]800-53)[^ ]* (.+)$", re.IGNORECASE)


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"ProductArn", "AwsAccountId", "GeneratorId"} <= keys:
        return 90
    return 70 if {"ProductArn", "AwsAccountId"} & keys and "SchemaVersion" in keys else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    targets: dict[Seen, None] = {}
    times = _words.Span()
    for position, value in _findings(stream):
        record = _record(value, position)
        if isinstance(record, Row):
            targets[record.asset] = None
            times.add(_words.moment(_json.obj(value).get("UpdatedAt")))
        yield record
    yield Run(
        format=FORMAT,
        tool="AWS Security Hub",
        started_at=times.first,
        finished_at=times.last,
        targets=tuple(targets),
    )


def _findings(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    stream.seek(0)
    if stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        pattern = r"item"
    elif _json.is_lines(stream):
        for number, value in _json.by_line(stream):
            yield from ((f"line {number}", each) for each in _inside(value))
        return
    else:
        pattern = r"(?:Findings|findings)\.item|detail\.findings\.item"
    for leaf in _json.leaves(stream, pattern):
        yield f"record {leaf.index}", leaf.value


def _inside(value: Any) -> list[Any]:
    """The findings of one line: itself, or those of its list."""
    found = _json.obj(value).get("Findings", _json.obj(value).get("findings"))
    return found if isinstance(found, list) else [value]


def _record(finding: Any, position: str) -> Record:
    if not isinstance(finding, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(finding))
    rule = _rule(finding)
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(finding.get("Title")))
    outcome = _outcome(finding)
    if outcome is None:
        word = _json.obj(finding.get("Compliance")).get("Status")
        return Problem(position, reasons.UNKNOWN_OUTCOME, _words.short(f"{rule} {word}"))
    resources = [_json.obj(r) for r in _json.arr(finding.get("Resources"))]
    ids = [_words.short(r.get("Id")) for r in resources]
    grade = _json.obj(finding.get("Severity"))
    region = _words.short(finding.get("Region"), 60) or _region(resources)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(finding.get("Title")) or rule,
        asset=_account(finding),
        location=" · ".join(filter(None, [region, *ids[:3]])),
        place=(region, *ids[:10]),
        refs=_refs(rule, finding),
        severity=_severity(grade),
        tool_severity=_words.short(grade.get("Label") or grade.get("Original"), 40),
        excerpt=_words.excerpt(finding.get("Description"), _reasons(finding)),
        position=position,
        epss=_epss(finding),
    )


def _region(resources: list[dict[str, Any]]) -> str:
    return next(filter(None, (_words.short(r.get("Region"), 60) for r in resources)), "")


def _account(finding: dict[str, Any]) -> Seen:
    uid = _words.short(finding.get("AwsAccountId"), 100) or "?"
    return Seen("cloud", f"aws/{uid}", _words.short(finding.get("AwsAccountName"), 100) or uid)


def _rule(finding: dict[str, Any]) -> str:
    """The control: its id where the finding has one, else the end of the generator's."""
    control = _json.obj(finding.get("Compliance")).get("SecurityControlId")
    fields = _json.obj(finding.get("ProductFields"))
    generator = _words.short(finding.get("GeneratorId"))
    return (
        _words.short(control, 100)
        or _words.short(fields.get("ControlId"), 100)
        or _words.short(fields.get("RuleId"), 100)
        or re.sub(r"^arn:[^/]*/|^prowler-", "", generator)
    )


def _outcome(finding: dict[str, Any]) -> Outcome | None:
    if _words.text(_json.obj(finding.get("Workflow")).get("Status")) == "SUPPRESSED":
        return Outcome.SUPPRESSED
    word = _words.text(_json.obj(finding.get("Compliance")).get("Status")).upper()
    if _words.text(finding.get("RecordState")) == "ARCHIVED" and word != "PASSED":
        # The resource is gone, or the control does not apply to it any more.
        return Outcome.NOT_APPLICABLE
    if word == "NOT_AVAILABLE":
        return Outcome.ERROR
    # Products that look for threats and flaws say nothing of compliance.
    return _STATUS.get(word) if word else Outcome.FAIL


def _epss(finding: dict[str, Any]) -> float | None:
    flaws = _json.arr(finding.get("Vulnerabilities"))
    return _words.probability(*(_json.obj(flaw).get("EpssScore") for flaw in flaws))


def _severity(grade: dict[str, Any]) -> Severity:
    label = _words.text(grade.get("Label"))
    if label:
        return _words.severity(label, Severity.LOW)
    try:
        # 0 to 100 in tenths of CVSS' scale
        return _words.severity_of_score(float(_words.text(grade.get("Normalized"))) / 10)
    except ValueError:
        return Severity.LOW


def _reasons(finding: dict[str, Any]) -> str:
    found = _json.arr(_json.obj(finding.get("Compliance")).get("StatusReasons"))
    codes = [_json.obj(each) for each in found[:5]]
    return "\n".join(_words.short(c.get("Description") or c.get("ReasonCode")) for c in codes)


def _refs(rule: str, finding: dict[str, Any]) -> tuple[str, ...]:
    generator = _words.text(finding.get("GeneratorId"))
    prowler = [f"prowler:{rule}"] if generator.startswith("prowler-") else []
    related = _json.arr(_json.obj(finding.get("Compliance")).get("RelatedRequirements"))
    flaws = [_json.obj(v).get("Id") for v in _json.arr(finding.get("Vulnerabilities"))]
    found = [ref for requirement in related for ref in _requirement(_words.short(requirement))]
    return _words.refs([f"securityhub:{rule}"], prowler, _words.cves(*flaws), found)


def _requirement(words: str) -> list[str]:
    """KISA-ISMS-P-2023 2.9.4 2.10.1; NIST.800-53.r5 AC-2(1)."""
    match = _REQUIREMENT.match(words)
    if not match:
        return []
    if match[1].upper().startswith("KISA"):
        return [f"ismsp2023:{number}" for number in match[2].split()]
    return _words.nist(match[2])
