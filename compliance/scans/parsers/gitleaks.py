"""gitleaks' own JSON, of version 8 and of version 7 and older."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "gitleaks"
LABEL = "gitleaks JSON"
TOOL = "gitleaks"


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"RuleID", "Secret", "Match"} <= keys or {"RuleID", "Fingerprint", "Commit"} <= keys:
        return 90
    return 80 if {"offender", "rule", "commit"} <= keys else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole scan of a known repository without the leak."""
    return "repository" in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    chosen = (options or Options()).asset
    targets: dict[Seen, None] = {}
    named = True
    for leaf in _json.leaves(stream, "item"):
        repository = chosen or _words.short(_json.obj(leaf.value).get("repo"))
        named = named and bool(repository)
        record = _record(leaf, _words.code_base(TOOL, repository))
        if isinstance(record, Row):
            targets[record.asset] = None
        yield record
    yield Run(
        format=FORMAT,
        tool="gitleaks",
        targets=tuple(targets or {_words.code_base(TOOL, chosen): None}),
        scope=("repository",) if named and (chosen or targets) else (),
    )


def _record(leaf: _json.Leaf, asset: Seen) -> Record:
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    # Version 8 writes RuleID, Version 7 rule.
    leak = {key.casefold(): value for key, value in leaf.value.items()}
    rule = _words.short(leak.get("ruleid") or leak.get("rule"), 200)
    path = _words.short(leak.get("file"))
    if not rule:
        return Problem(position, reasons.NO_RULE, path)
    line = _words.text(leak.get("startline") or leak.get("linenumber"))
    description = leak.get("description") if "ruleid" in leak else leak.get("rule")
    return Row(
        tool=TOOL,
        outcome=Outcome.FAIL,
        rule=rule,
        title=_words.short(description) or rule,
        asset=asset,
        location=f"{path}:{line}" if line and line != "-1" else path,
        place=(path, _which(leak)),
        refs=_words.refs([f"gitleaks:{rule}", "cwe:798"], _tags(leak)),
        severity=Severity.HIGH,
        # Never the line, the match or the secret itself.
        excerpt=_words.excerpt(description, f"commit {_words.short(leak.get('commit'), 40)}"),
        position=position,
    )


def _which(leak: dict[str, Any]) -> str:
    """Which secret of a file this is: its digest, which stays when its line moves."""
    found = _words.text(leak.get("secret") or leak.get("offender") or leak.get("match"))
    if not found.replace("REDACTED", "").strip("*"):  # --redact
        return _words.short(leak.get("commit"), 60)
    return _words.digest(found)


def _tags(leak: dict[str, Any]) -> list[str]:
    tags = leak.get("tags")
    return _words.cwes(*(tags if isinstance(tags, list) else [tags]))
