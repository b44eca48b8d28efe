"""kube-bench JSON: the object with totals, the list of old versions, and one control alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import UNNAMED, Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "kube-bench"
LABEL = "kube-bench JSON"
TOOL = "kube-bench"

_RESULTS = r"(?:Controls\.item\.|item\.(?:Controls\.item\.)?)?tests\.item\.results\.item"
_OUTCOMES = {
    "PASS": Outcome.PASS,
    "FAIL": Outcome.FAIL,
    # A check for a person, or one that is not scored.
    "WARN": Outcome.MANUAL,
    "INFO": Outcome.NOT_APPLICABLE,
}
_SEVERITIES = {"FAIL": Severity.HIGH, "WARN": Severity.LOW}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"test_number", "test_desc"} <= keys:
        return 95
    return 85 if {"node_type", "tests"} <= keys or {"Controls", "Totals"} <= keys else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    chosen = (options or Options()).asset
    asset = Seen("host", chosen.casefold() or f"{UNNAMED}kube-bench)", chosen or "kube-bench")
    versions: list[str] = []
    for step in _json.walk(stream, _RESULTS):
        if isinstance(step, _json.Leaf):
            yield _record(asset, step)
        elif step.frame.get("node_type"):
            versions.append(_words.short(step.frame.get("version"), 40))
    version = next(filter(None, versions), "")
    yield Run(format=FORMAT, tool="kube-bench", tool_version=version, targets=(asset,))


def _record(asset: Seen, leaf: _json.Leaf) -> Record:
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    test = leaf.value
    number = _words.short(test.get("test_number"), 60)
    word = _words.text(test.get("status")).upper()
    if not number or word not in _OUTCOMES:
        reason = reasons.UNKNOWN_OUTCOME if number else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{number} {word}"))
    control = _control(leaf)
    node = _words.short(control.get("node_type"), 60)
    raw = [_words.text(test.get(key)) for key in ("actual_value", "reason")]
    return Row(
        tool=TOOL,
        outcome=_OUTCOMES[word],
        rule=number,
        title=_words.short(test.get("test_desc")) or number,
        asset=asset,
        location=node,
        place=(node,),
        refs=_words.refs([f"kube-bench:{number}", f"cis.kubernetes:{number}"]),
        severity=_SEVERITIES.get(word, Severity.INFO),
        tool_severity=word,
        excerpt=_words.excerpt(*raw, test.get("remediation")),
        position=position,
        suspicious=_words.suspicious(_OUTCOMES[word], *raw),
    )


def _control(leaf: _json.Leaf) -> dict[str, Any]:
    """The control around a result: the innermost object with a type of node."""
    found = [frame.values for frame in leaf.frames if frame.get("node_type")]
    return found[-1] if found else {}
