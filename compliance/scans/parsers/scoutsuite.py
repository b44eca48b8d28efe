"""ScoutSuite: its JavaScript file (`scoutsuite_results = …`) and plain JSON."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.numbers import whole
from compliance.shared.severity import Severity

FORMAT = "scoutsuite"
LABEL = "ScoutSuite"
TOOL = "scoutsuite"

_PREFIX = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*scoutsuite_results\s*=\s*")
_FACTS = r"account_id|account_name|provider_code|provider_name|last_run"
_LEVELS = {"danger": Severity.HIGH, "warning": Severity.MEDIUM, "good": Severity.INFO}


def sniff(head: bytes) -> int:
    if _PREFIX.match(head):
        return 100
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    return (
        80
        if {"provider_code", "account_id"} <= keys or {"flagged_items", "services"} <= keys
        else 0
    )


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A rule that ran lists every item it flags."""
    return rule in scope


@dataclass(slots=True)
class _Scan:
    asset: Seen = field(default_factory=lambda: Seen("cloud", "?", "?"))
    scope: dict[str, None] = field(default_factory=dict)


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    stream = _plain(stream)
    # The account stands behind the services, as members are sorted.
    facts = _json.tops(stream, _FACTS, ignored="services")
    scan = _Scan(_account(facts, (options or Options()).asset))
    for leaf in _json.leaves(stream, r"services\.[^.]+\.findings\.[^.]+"):
        yield from _finding(scan, leaf)
    last = _json.obj(facts.get("last_run"))
    yield Run(
        format=FORMAT,
        tool="ScoutSuite",
        tool_version=_words.short(last.get("version"), 60),
        finished_at=_time(_words.text(last.get("time"))),
        targets=(scan.asset,),
        scope=tuple(scan.scope),
    )


def _plain(stream: BinaryIO) -> BinaryIO:
    """The file without the JavaScript around its JSON."""
    stream.seek(0)
    head = stream.read(256)
    match = _PREFIX.match(head)
    if not match:
        return stream
    stream.seek(match.end())
    made: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last reader
    while chunk := stream.read(1 << 20):
        made.write(chunk)
    _drop_semicolon(made)
    made.seek(0)
    return made


def _drop_semicolon(made: BinaryIO) -> None:
    end = made.tell()
    made.seek(max(0, end - 16))
    tail = made.read()
    if tail.rstrip().endswith(b";"):
        made.truncate(end - len(tail) + len(tail.rstrip()) - 1)


def _account(facts: dict[str, Any], chosen: str) -> Seen:
    provider = _words.short(facts.get("provider_code"), 20) or "cloud"
    uid = _words.short(facts.get("account_id"), 100) or chosen or "?"
    return Seen("cloud", f"{provider}/{uid}", _words.short(facts.get("account_name"), 100) or uid)


def _time(word: str) -> datetime | None:
    """2026-11-20 10:11:12+0900"""
    return _words.moment(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", word))


def _finding(scan: _Scan, leaf: _json.Leaf) -> Iterator[Record]:
    position = f"record {leaf.index}"
    service, rule = leaf.prefix.split(".", 3)[1], leaf.prefix.split(".", 3)[3]
    if not isinstance(leaf.value, dict):
        yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(rule))
        return
    finding = leaf.value
    rule = _words.short(rule, 200)
    items = [_words.short(item) for item in _json.arr(finding.get("items"))]
    flagged = whole(_words.text(finding.get("flagged_items")))
    checked = whole(_words.text(finding.get("checked_items")))
    if not flagged and not items:
        outcome = Outcome.PASS if checked else Outcome.NOT_APPLICABLE
        yield _row(scan, finding, (service, rule, position), outcome, "")
    for item in items or ([""] if flagged else []):
        yield _row(scan, finding, (service, rule, position), Outcome.FAIL, item)
    scan.scope[rule] = None


def _row(
    scan: _Scan,
    finding: dict[str, Any],
    where: tuple[str, str, str],
    outcome: Outcome,
    item: str,
) -> Row:
    service, rule, position = where
    level = _words.short(finding.get("level"), 40)
    counts = [_words.text(finding.get(key)) for key in ("flagged_items", "checked_items")]
    compliance = [_json.obj(each) for each in _json.arr(finding.get("compliance"))]
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(finding.get("description")) or rule,
        asset=scan.asset,
        location=item or service,
        place=(item,) if item else (),
        refs=_words.refs([f"scoutsuite:{rule}"], [_standard(each) for each in compliance]),
        severity=_LEVELS.get(level, Severity.LOW) if outcome is Outcome.FAIL else Severity.INFO,
        tool_severity=level,
        excerpt=_words.excerpt(
            "/".join(counts),
            re.sub(r"<[^>]{0,200}>", "", _words.text(finding.get("rationale"))[:4000]),
        ),
        position=position,
    )


def _standard(entry: dict[str, Any]) -> str:
    """CIS numbers; other standards are named in the text only."""
    name, number = _words.text(entry.get("name")), _words.short(entry.get("reference"), 40)
    return f"cis.cloud:{number}" if name.startswith("CIS") and number else ""
