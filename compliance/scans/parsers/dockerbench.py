"""Docker Bench for Security, JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import UNNAMED, Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "docker-bench"
LABEL = "Docker Bench JSON"
TOOL = "docker-bench"

_OUTCOMES = {
    "PASS": Outcome.PASS,
    "WARN": Outcome.FAIL,
    "INFO": Outcome.MANUAL,
    "NOTE": Outcome.MANUAL,
}


def sniff(head: bytes) -> int:
    return 100 if _json.looks_like_json(head) and "dockerbenchsecurity" in _json.keys(head) else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    chosen = (options or Options()).asset
    asset = Seen("host", chosen.casefold() or f"{UNNAMED}docker-bench)", chosen or "docker-bench")
    facts: dict[str, Any] = {}
    for step in _json.walk(stream, r"tests\.item\.results\.item"):
        if isinstance(step, _json.Leaf):
            yield _record(asset, step)
        elif step.frame.prefix == "":
            facts = step.frame.values
    yield Run(
        format=FORMAT,
        tool="Docker Bench",
        tool_version=_words.short(facts.get("dockerbenchsecurity"), 60),
        started_at=_words.from_epoch(facts.get("start")),
        finished_at=_words.from_epoch(facts.get("end")),
        # The end is written last.
        complete=facts.get("end") is not None,
        targets=(asset,),
    )


def _record(asset: Seen, leaf: _json.Leaf) -> Record:
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    test = leaf.value
    number = _words.short(test.get("id"), 60)
    word = _words.text(test.get("result")).upper()
    if not number or word not in _OUTCOMES:
        reason = reasons.UNKNOWN_OUTCOME if number else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{number} {word}"))
    items = [_words.short(item) for item in _json.arr(test.get("items"))]
    details = _words.text(test.get("details"))
    outcome = _OUTCOMES[word]
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=number,
        title=_words.short(test.get("desc")) or number,
        asset=asset,
        refs=_words.refs([f"docker-bench:{number}", f"cis.docker:{number}"]),
        severity=Severity.MEDIUM if outcome is Outcome.FAIL else Severity.INFO,
        tool_severity=word,
        excerpt=_words.excerpt(details, *items[:20], test.get("remediation")),
        position=position,
        suspicious=_words.suspicious(outcome, details),
    )
