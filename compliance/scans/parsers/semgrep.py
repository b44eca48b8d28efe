"""Semgrep's own JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "semgrep"
LABEL = "Semgrep JSON"
TOOL = "semgrep"

_FATAL = frozenset({"error", "fatal"})


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"results", "check_id"} <= keys and keys & {"extra", "start", "errors"}:
        return 85
    return 75 if {"results", "errors", "paths"} <= keys else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """Semgrep lists what it found; the code base has to be known for absence to say anything."""
    return "repository" in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    chosen = (options or Options()).asset
    asset = _words.code_base(TOOL, chosen)
    version, failed = "", False
    for step in _json.walk(stream, r"(?:results|errors)\.item|version"):
        if not isinstance(step, _json.Leaf):
            continue
        if step.prefix == "version":
            version = _words.short(step.value, 60)
        elif step.prefix == "errors.item":
            failed = failed or _is_fatal(step.value)
            yield _error(asset, step)
        else:
            yield _record(asset, step)
    yield Run(
        format=FORMAT,
        tool="Semgrep",
        tool_version=version,
        complete=not failed,
        targets=(asset,),
        scope=("repository",) if chosen else (),
    )


def _is_fatal(error: Any) -> bool:
    return _words.text(_json.obj(error).get("level")).casefold() in _FATAL


def _error(asset: Seen, leaf: _json.Leaf) -> Record:
    """A rule or a file that Semgrep could not work on."""
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    error = leaf.value
    rule = _words.short(error.get("rule_id"), 200) or _kind(error.get("type"))
    path = _words.short(error.get("path"))
    return Row(
        tool=TOOL,
        outcome=Outcome.ERROR,
        rule=rule,
        title=rule,
        asset=asset,
        location=path,
        place=(path, ""),
        refs=_words.refs([f"semgrep:{rule}"]),
        tool_severity=_words.short(error.get("level"), 40),
        excerpt=_words.excerpt(error.get("short_msg"), error.get("message")),
        position=position,
    )


def _kind(value: Any) -> str:
    """The error's type: a word, or in newer versions a list that begins with the word."""
    first = value[0] if isinstance(value, list) and value else value
    return _words.short(first, 100) or "error"


def _record(asset: Seen, leaf: _json.Leaf) -> Record:
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    rule = _words.short(leaf.value.get("check_id"), 200)
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(leaf.value.get("path")))
    extra = _json.obj(leaf.value.get("extra"))
    metadata = _json.obj(extra.get("metadata"))
    path = _words.short(leaf.value.get("path"))
    line = _words.text(_json.obj(leaf.value.get("start")).get("line"))
    lines = _words.text(extra.get("lines"))
    known = lines and lines != "requires login"  # what Semgrep writes instead of code
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if extra.get("is_ignored") is True else Outcome.FAIL,
        rule=rule,
        title=_words.short(metadata.get("shortlink_title")) or rule.rpartition(".")[2] or rule,
        asset=asset,
        location=f"{path}:{line}" if line else path,
        place=(path, _words.digest(lines) if known else ""),
        refs=_words.refs(
            [f"semgrep:{rule}"],
            _words.cves(rule, *_listed(metadata, "cve"), *_listed(metadata, "references")),
            _words.cwes(*_listed(metadata, "cwe")),
            [f"owasp:{name}" for name in _owasp(metadata)],
        ),
        severity=_words.severity(extra.get("severity"), Severity.MEDIUM),
        tool_severity=_words.short(extra.get("severity"), 40),
        excerpt=_words.excerpt(extra.get("message"), lines if known else ""),
        position=position,
    )


def _listed(metadata: dict[str, Any], key: str) -> list[Any]:
    found = metadata.get(key)
    return found if isinstance(found, list) else [found]


def _owasp(metadata: dict[str, Any]) -> list[str]:
    """A03:2021 of "A03:2021 - Injection"."""
    words = [_words.short(name, 80) for name in _listed(metadata, "owasp")]
    return [word.partition(" ")[0].rstrip("-") for word in words if word]
