"""Trivy JSON: image, file system, repository, Kubernetes; and the list of old versions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "trivy"
LABEL = "Trivy JSON"
TOOL = "trivy"

_KINDS = "Vulnerabilities|Misconfigurations|Secrets|Licenses|ExperimentalModifiedFindings"
_LEAVES = (
    rf"(?:(?:\w+\.item\.)?Results|item\.Results)\.item\.(?:{_KINDS})\.item|item\.(?:{_KINDS})\.item"
)
_LISTS = frozenset({"Results", *_KINDS.split("|")})
_CLASS_OF = {
    "Vulnerabilities": "vulnerability",
    "Misconfigurations": "config",
    "Secrets": "secret",
    "Licenses": "license",
}
_SCOPE_OF = {
    "os-pkgs": "vulnerability",
    "lang-pkgs": "vulnerability",
    "config": "config",
    "secret": "secret",
    "license": "license",
    "license-file": "license",
}
_STATUS = {"PASS": Outcome.PASS, "FAIL": Outcome.FAIL, "EXCEPTION": Outcome.SUPPRESSED}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"SchemaVersion", "ArtifactName"} <= keys or {"SchemaVersion", "ArtifactType"} <= keys:
        return 90
    if "ClusterName" in keys and keys & {
        "Resources",
        "Vulnerabilities",
        "Misconfigurations",
        "Findings",
    }:
        return 80
    return 60 if "Target" in keys and keys & {"VulnerabilityID", "Vulnerabilities"} else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """Gone, if this kind of finding was looked for: Trivy lists what it found, not what it ran."""
    return bool(place) and place[0] in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(stream).records()


class _Reader:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.top: dict[str, Any] = {}
        self.results: dict[tuple[str, int], dict[str, Any]] = {}
        self.targets: dict[Seen, None] = {}
        self.scope: set[str] = set()
        self.whole = True

    def records(self) -> Iterator[Record]:
        for step in _json.walk(self.stream, _LEAVES):
            if isinstance(step, _json.Leaf):
                yield self._leaf(step)
            else:
                self._closed(step.frame)
                yield from self._misplaced(step.frame)
        yield self._run()

    def _misplaced(self, frame: _json.Frame) -> Iterator[Problem]:
        """Something else stands where a list belongs: what it should list was not read."""
        found = [name for name in _LISTS if frame.get(name) is not None]
        if frame.prefix.rpartition(".")[2] in _LISTS:
            found.append(frame.prefix)
        self.whole = self.whole and not found
        for name in found:
            yield Problem(name, reasons.NOT_AN_OBJECT, _words.short(frame.get(name)))

    def _closed(self, frame: _json.Frame) -> None:
        if frame.prefix == "":
            self.top.update(frame.values)
            if "SchemaVersion" in frame.values and not frame.get("ClusterName"):
                self.targets[_asset((frame,))] = None
        elif frame.prefix == "Trivy":
            self.top["Version"] = frame.get("Version")
        elif frame.prefix.endswith("Results.item") or frame.prefix == "item":
            self.scope.add(_SCOPE_OF.get(_words.text(frame.get("Class")), ""))

    def _leaf(self, leaf: _json.Leaf) -> Record:
        kind = leaf.prefix.split(".")[-2]
        position = f"record {leaf.index}"
        value = leaf.value
        modified = kind == "ExperimentalModifiedFindings"
        if modified and isinstance(value, dict):
            kind = {"misconfiguration": "Misconfigurations", "secret": "Secrets"}.get(
                _words.text(value.get("Type")), "Vulnerabilities"
            )
            value = {**_json.obj(value.get("Finding")), "_suppressed": value.get("Status") or "yes"}
        if not isinstance(value, dict):
            return Problem(position, reasons.NOT_AN_OBJECT, _words.short(value))
        asset = _asset(leaf.frames)
        self.targets[asset] = None
        self.scope.add(_CLASS_OF[kind])
        return _BUILDERS[kind](_Context(asset, leaf.frames[-1], position), value)

    def _run(self) -> Run:
        when = _words.moment(self.top.get("CreatedAt"))
        return Run(
            format=FORMAT,
            tool="Trivy",
            tool_version=_words.short(self.top.get("Version")),
            started_at=when,
            finished_at=when,
            complete=self.whole,
            targets=tuple(self.targets),
            scope=tuple(sorted(self.scope - {""})),
        )


class _Context:
    """Where a record stands: its asset and its target within."""

    def __init__(self, asset: Seen, result: _json.Frame, position: str) -> None:
        self.asset = asset
        self.position = position
        self.target = _words.short(result.get("Target"))
        self.target_class = _words.short(result.get("Class"))
        self.target_type = _words.short(result.get("Type"))

    @property
    def stable_target(self) -> str:
        """The target without what changes from build to build, such as tag and OS version."""
        return "os" if self.target_class == "os-pkgs" else self.target

    @property
    def shown_target(self) -> str:
        """Nothing for packages of the system, whose target is the image once more."""
        return "" if self.target_class == "os-pkgs" else self.target

    def refs(self, default: str) -> list[str]:
        kind = f"trivy.class:{self.target_class or default}"
        return [kind, *([f"trivy.type:{self.target_type}"] if self.target_type else [])]


def _without_tag(image: str) -> str:
    """registry:5000/name:tag@sha256:… → registry:5000/name. A new tag is the same asset."""
    image = image.partition("@")[0]
    head, slash, tail = image.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def _asset(frames: tuple[_json.Frame, ...]) -> Seen:
    top = frames[0]
    cluster = _words.short(top.get("ClusterName"))
    for frame in frames[1:]:
        if frame.get("Kind") and frame.get("Name"):
            parts = [_words.short(frame.get(key), 100) for key in ("Namespace", "Kind", "Name")]
            path = "/".join(filter(None, [cluster, *parts]))
            return Seen("kubernetes", path, "/".join(filter(None, parts)))
    artifact = _words.short(top.get("ArtifactName"))
    if not artifact:
        artifact = re.sub(r" \([^)]*\)$", "", _words.short(frames[-1].get("Target")))
    if not artifact:
        return Seen("image", "?", "?")
    kind = _words.text(top.get("ArtifactType")) or "container_image"
    if kind == "container_image":
        return Seen("image", _without_tag(artifact), artifact)
    return Seen("repository" if kind == "repository" else "files", artifact, artifact)


def _vulnerability(context: _Context, value: dict[str, Any]) -> Record:
    rule, package = _words.short(value.get("VulnerabilityID")), _words.short(value.get("PkgName"))
    if not rule:
        return Problem(context.position, reasons.NO_RULE, package)
    path = _words.short(value.get("PkgPath"))
    installed, fixed = (
        _words.short(value.get(k), 80) for k in ("InstalledVersion", "FixedVersion")
    )
    return Row(
        tool=TOOL,
        outcome=_suppressed(value) or Outcome.FAIL,
        rule=rule,
        title=_words.short(value.get("Title")) or f"{rule}: {package}",
        asset=context.asset,
        location=" · ".join(filter(None, [context.shown_target, package, path])),
        place=("vulnerability", context.stable_target, package, path),
        refs=_words.refs(
            _words.cves(rule),
            [f"ghsa:{rule}"] if rule.startswith("GHSA-") else [],
            _words.cwes(*_json.arr(value.get("CweIDs"))),
            context.refs("vulnerability"),
        ),
        severity=_words.severity(value.get("Severity"), Severity.LOW),
        tool_severity=_words.short(value.get("Severity"), 40),
        excerpt=_words.excerpt(
            f"{package} {installed} → {fixed}" if fixed else f"{package} {installed}",
            value.get("Status"),
            value.get("Description"),
        ),
        position=context.position,
    )


def _suppressed(value: dict[str, Any]) -> Outcome | None:
    return Outcome.SUPPRESSED if value.get("_suppressed") else None


def _check_id(value: dict[str, Any]) -> str:
    """One name for a check over Trivy's versions: AVD-KSV-0001, KSV001 and KSV-0001 are one."""
    found = _words.short(value.get("ID")) or _words.short(value.get("AVDID"))
    match = re.fullmatch(r"(?:AVD-)?([A-Z]+(?:-[A-Z]+)*)-?(\d{3,4})", found)
    return f"{match[1]}-{int(match[2]):04d}" if match else found


def _misconfiguration(context: _Context, value: dict[str, Any]) -> Record:
    rule = _check_id(value)
    outcome = _suppressed(value) or _STATUS.get(_words.text(value.get("Status")).upper() or "FAIL")
    if not rule or outcome is None:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(context.position, reason, _words.short(value.get("Title")))
    cause = _json.obj(value.get("CauseMetadata"))
    resource, line = _words.short(cause.get("Resource")), _words.text(cause.get("StartLine"))
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(value.get("Title")) or rule,
        asset=context.asset,
        location=f"{context.target}:{line}" if line not in ("", "0") else context.target,
        place=("config", context.target, resource),
        refs=_words.refs([f"trivy:{rule}"], context.refs("config")),
        severity=_words.severity(value.get("Severity"), Severity.LOW),
        tool_severity=_words.short(value.get("Severity"), 40),
        excerpt=_words.excerpt(value.get("Message"), value.get("Resolution")),
        position=context.position,
    )


def _secret(context: _Context, value: dict[str, Any]) -> Record:
    rule = _words.short(value.get("RuleID"))
    if not rule:
        return Problem(context.position, reasons.NO_RULE)
    return Row(
        tool=TOOL,
        outcome=_suppressed(value) or Outcome.FAIL,
        rule=f"secret:{rule}",
        title=_words.short(value.get("Title")) or rule,
        asset=context.asset,
        location=f"{context.target}:{_words.text(value.get('StartLine'))}",
        place=("secret", context.target),
        refs=_words.refs([f"trivy.secret:{rule}"], context.refs("secret")),
        severity=_words.severity(value.get("Severity"), Severity.HIGH),
        tool_severity=_words.short(value.get("Severity"), 40),
        # Never the match itself: even a tool that stars it out leaves its neighbours.
        excerpt=_words.excerpt(value.get("Category"), value.get("Title")),
        position=context.position,
    )


def _license(context: _Context, value: dict[str, Any]) -> Record:
    name = _words.short(value.get("Name"))
    if not name:
        return Problem(context.position, reasons.NO_RULE)
    subject = _words.short(value.get("PkgName")) or _words.short(value.get("FilePath"))
    return Row(
        tool=TOOL,
        outcome=_suppressed(value) or Outcome.FAIL,
        rule=f"license:{name}",
        title=f"License {name}",
        asset=context.asset,
        location=" · ".join(filter(None, [context.shown_target, subject])),
        place=("license", context.stable_target, subject),
        refs=_words.refs(context.refs("license")),
        severity=_words.severity(value.get("Severity"), Severity.LOW),
        tool_severity=_words.short(value.get("Severity"), 40),
        excerpt=_words.excerpt(value.get("Category"), subject),
        position=context.position,
    )


_BUILDERS = {
    "Vulnerabilities": _vulnerability,
    "Misconfigurations": _misconfiguration,
    "Secrets": _secret,
    "Licenses": _license,
}
