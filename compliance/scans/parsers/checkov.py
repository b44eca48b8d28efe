"""Checkov JSON: one kind of check, a list of kinds, and a clean scan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "checkov"
LABEL = "Checkov JSON"
TOOL = "checkov"

_CHECKS = r"(?:item\.)?results\.(?:passed_checks|failed_checks|skipped_checks|parsing_errors)\.item"
_OUTCOMES = {
    "passed_checks": Outcome.PASS,
    "failed_checks": Outcome.FAIL,
    "skipped_checks": Outcome.SUPPRESSED,
    "parsing_errors": Outcome.ERROR,
}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if keys & {"passed_checks", "failed_checks", "skipped_checks"}:
        return 90
    return 80 if {"passed", "failed", "skipped", "checkov_version"} <= keys else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    chosen = (options or Options()).asset
    asset = _words.code_base(TOOL, chosen)
    version, broken = "", False
    for step in _json.walk(stream, _CHECKS):
        if isinstance(step, _json.Leaf):
            broken = broken or "parsing_errors" in step.prefix
            yield _record(asset, step)
        else:
            version = version or _words.short(step.frame.get("checkov_version"), 60)
    yield Run(
        format=FORMAT,
        tool="Checkov",
        tool_version=version,
        complete=not broken,
        targets=(asset,),
    )


def _record(asset: Seen, leaf: _json.Leaf) -> Record:
    position = f"record {leaf.index}"
    outcome = _OUTCOMES[leaf.prefix.split(".")[-2]]
    if outcome is Outcome.ERROR:
        return _broken(asset, _words.short(leaf.value), position)
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    check = leaf.value
    rule = _words.short(check.get("check_id"), 200)
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(check.get("check_name")))
    path, line = _where(check)
    resource = _words.short(check.get("resource"), 200)
    details = _json.obj(check.get("vulnerability_details"))
    result = _json.obj(check.get("check_result"))
    word = check.get("severity") or details.get("severity")
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(check.get("check_name")) or rule,
        asset=asset,
        location=" · ".join(filter(None, [f"{path}:{line}" if line else path, resource])),
        # Resources named by a secret's digest or a template's path are as stable as the file.
        place=(path, resource),
        refs=_refs(rule, check, details),
        severity=_words.severity(word, Severity.MEDIUM),
        tool_severity=_words.short(word, 40),
        excerpt=_words.excerpt(
            result.get("suppress_comment"), check.get("guideline"), details.get("description")
        ),
        position=position,
    )


def _broken(asset: Seen, path: str, position: str) -> Row:
    return Row(
        tool=TOOL,
        outcome=Outcome.ERROR,
        rule="parsing",
        title="parsing",
        asset=asset,
        location=path,
        place=(path, ""),
        position=position,
    )


def _where(check: dict[str, Any]) -> tuple[str, str]:
    path = _words.short(check.get("repo_file_path") or check.get("file_path"))
    lines = [_words.text(line) for line in _json.arr(check.get("file_line_range"))]
    return re.sub(r"^(?:\./|/)+", "", path), lines[0] if lines else ""


def _refs(rule: str, check: dict[str, Any], details: dict[str, Any]) -> tuple[str, ...]:
    bridgecrew = _words.short(check.get("bc_check_id"), 60)
    cwe = check.get("cwe") or details.get("cwe")
    return _words.refs(
        [f"checkov:{rule}"],
        [f"checkov:{bridgecrew}"] if bridgecrew else [],
        _words.cves(details.get("id"), check.get("short_description")),
        _words.cwes(*(cwe if isinstance(cwe, list) else [cwe])),
    )
