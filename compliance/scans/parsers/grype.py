"""Grype JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "grype"
LABEL = "Grype JSON"
TOOL = "grype"

_MATCHES = r"(?:matches|ignoredMatches)\.item"
_OS_TYPES = frozenset({"deb", "rpm", "apk"})


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    return 85 if "matches" in keys and keys & {"vulnerability", "artifact", "descriptor"} else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """Grype looks at every package of the artifact."""
    return True


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    facts: dict[str, dict[str, Any]] = {}
    # The artifact's name stands behind the matches.
    for step in _json.walk(stream, r"source|descriptor", ignored="matches"):
        if isinstance(step, _json.Leaf):
            facts[step.prefix] = _json.obj(step.value)
    asset = _asset(facts.get("source", {}), (options or Options()).asset)
    for step in _json.walk(stream, _MATCHES):
        if isinstance(step, _json.Leaf):
            yield _record(step, asset)
    descriptor = facts.get("descriptor", {})
    when = _words.moment(descriptor.get("timestamp"))
    yield Run(
        format=FORMAT,
        tool="Grype",
        tool_version=_words.short(descriptor.get("version")),
        started_at=when,
        finished_at=when,
        targets=(asset,),
    )


def _asset(source: dict[str, Any], chosen: str) -> Seen:
    target = source.get("target")
    name = _words.short(_json.obj(target).get("userInput")) or _words.short(target) or chosen
    if _words.text(source.get("type")) == "image":
        head, slash, tail = name.partition("@")[0].rpartition("/")
        return Seen("image", f"{head}{slash}{tail.partition(':')[0]}" or "unnamed", name)
    return Seen("files", name or "unnamed", name or "unnamed")


def _record(leaf: _json.Leaf, asset: Seen) -> Record:
    position = f"record {leaf.index}"
    if not isinstance(leaf.value, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
    vulnerability = _json.obj(leaf.value.get("vulnerability"))
    artifact = _json.obj(leaf.value.get("artifact"))
    rule = _words.short(vulnerability.get("id"))
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(artifact.get("name")))
    ignored = leaf.prefix.startswith("ignored")
    related = [_json.obj(r) for r in _json.arr(leaf.value.get("relatedVulnerabilities"))]
    package, kind = _words.short(artifact.get("name")), _words.short(artifact.get("type"), 40)
    path = "" if kind in _OS_TYPES else _path(artifact)
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if ignored else Outcome.FAIL,
        rule=rule,
        title=f"{rule}: {package}",
        asset=asset,
        location=" · ".join(filter(None, [package, path])),
        place=(package, path),
        refs=_words.refs(
            _words.cves(rule, *(r.get("id") for r in related)),
            [f"ghsa:{rule}"] if rule.startswith("GHSA-") else [],
        ),
        severity=_words.severity(vulnerability.get("severity"), Severity.LOW),
        tool_severity=_words.short(vulnerability.get("severity"), 40),
        excerpt=_words.excerpt(
            f"{package} {_words.short(artifact.get('version'), 80)}",
            vulnerability.get("description"),
        ),
        position=position,
        **_attacks([vulnerability, *related]),
    )


def _attacks(vulnerabilities: list[dict[str, Any]]) -> dict[str, Any]:
    """What CISA's catalogue and EPSS say of the vulnerability or of the CVE behind it."""
    scores = [
        _json.obj(each).get("epss") for v in vulnerabilities for each in _json.arr(v.get("epss"))
    ]
    return {
        "exploited": any(_json.arr(v.get("knownExploited")) for v in vulnerabilities),
        "epss": _words.probability(*scores),
    }


def _path(artifact: dict[str, Any]) -> str:
    first = next(iter(_json.arr(artifact.get("locations"))), None)
    return _words.short(_json.obj(first).get("path"))
