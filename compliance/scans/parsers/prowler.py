"""Prowler's OCSF JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "prowler"
LABEL = "Prowler OCSF"
TOOL = "prowler"

_OUTCOMES = {"PASS": Outcome.PASS, "FAIL": Outcome.FAIL, "MANUAL": Outcome.MANUAL}
# Names of frameworks in `unmapped.compliance` → namespace of references.
_FRAMEWORKS = (("KISA-ISMS-P-2023", "ismsp2023"), ("NIST-800-53", "nist80053"))


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    return 85 if {"event_code", "metadata"} <= keys and b"rowler" in head else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    targets: dict[Seen, None] = {}
    version, times = "", []
    for step in _json.walk(stream, "item"):
        if not isinstance(step, _json.Leaf):
            continue
        record = _record(step.value, f"record {step.index}")
        if isinstance(record, Row):
            targets[record.asset] = None
            product = _json.obj(_json.obj(step.value.get("metadata")).get("product"))
            version = _words.short(product.get("version"), 60) or version
            times.append(_words.from_epoch(step.value.get("time")))
        yield record
    moments = sorted(filter(None, times))
    yield Run(
        format=FORMAT,
        tool="Prowler",
        tool_version=version,
        started_at=moments[0] if moments else None,
        finished_at=moments[-1] if moments else None,
        targets=tuple(targets),
    )


def _record(event: Any, position: str) -> Record:
    if not isinstance(event, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(event))
    rule = _words.short(_json.obj(event.get("metadata")).get("event_code"))
    word = _words.text(event.get("status_code")).upper()
    if not rule or word not in _OUTCOMES:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{rule} {word}"))
    muted = _words.text(event.get("status")) == "Suppressed"
    outcome = Outcome.SUPPRESSED if muted else _OUTCOMES[word]
    info = _json.obj(event.get("finding_info"))
    resource = _json.obj(next(iter(_json.arr(event.get("resources"))), None))
    uid, region = _words.short(resource.get("uid")), _words.short(resource.get("region"), 60)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(info.get("title")) or rule,
        asset=_account(event),
        location=" · ".join(filter(None, [region, _words.short(resource.get("name")) or uid])),
        place=(region, uid),
        refs=_words.refs([f"prowler:{rule}"], _compliance(event)),
        severity=_words.severity(event.get("severity"), Severity.LOW),
        tool_severity=_words.short(event.get("severity"), 40),
        excerpt=_words.excerpt(event.get("status_detail") or event.get("message")),
        position=position,
    )


def _account(event: dict[str, Any]) -> Seen:
    cloud = _json.obj(event.get("cloud"))
    account = _json.obj(cloud.get("account"))
    provider = _words.short(cloud.get("provider"), 20)
    uid = _words.short(account.get("uid"), 100) or "?"
    return Seen("cloud", f"{provider}/{uid}", _words.short(account.get("name"), 100) or uid)


def _compliance(event: dict[str, Any]) -> list[str]:
    """Numbers of the frameworks we know, which Prowler attaches to each event."""
    found: list[str] = []
    for name, numbers in _json.obj(_json.obj(event.get("unmapped")).get("compliance")).items():
        for prefix, namespace in _FRAMEWORKS:
            if name.startswith(prefix):
                found += [f"{namespace}:{_words.short(n, 40)}" for n in _json.arr(numbers) if n]
    return found
