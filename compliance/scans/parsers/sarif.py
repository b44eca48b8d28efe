"""SARIF 2.1.0 of any static analyser."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import UNNAMED, Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "sarif"
LABEL = "SARIF 2.1.0"

_RESULT = r"runs\.item\.results\.item"
_FACTS = (
    r"runs\.item\.(?:tool|invocations|automationDetails|versionControlProvenance"
    r"|artifacts\.item)"
)
# Hashes of the line's content, as code scanning makes them; other tools write constants there.
_HASH = re.compile(r"[0-9a-f]{8,64}(?::\d+)?")
_KINDS = {
    "fail": Outcome.FAIL,
    "pass": Outcome.PASS,
    "notApplicable": Outcome.NOT_APPLICABLE,
    "review": Outcome.MANUAL,
    "open": Outcome.MANUAL,
    "informational": Outcome.MANUAL,
}
_LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.INFO,
}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if "runs" in keys and (b"sarif" in head or {"tool", "driver"} <= keys):
        return 90
    return 70 if b"sarif-schema" in head else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole analysis of a known repository without the result: it is gone."""
    return "repository" in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(stream, options or Options()).records()


@dataclass(slots=True)
class _Facts:
    """One run of the file: what its results refer to. Read first, as it may stand behind them."""

    tool: str = "sarif"
    version: str = ""
    rules: list[Any] = field(default_factory=list)
    extensions: list[list[Any]] = field(default_factory=list)
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    invocations: list[Any] = field(default_factory=list)
    repository: str = ""
    category: str = ""
    artifacts: list[str] = field(default_factory=list)  # their addresses, by index
    computed: bool = True

    @property
    def complete(self) -> bool:
        flags = [_json.obj(i).get("executionSuccessful") for i in self.invocations]
        return self.computed and False not in flags

    def asset(self, chosen: str) -> Seen:
        name = chosen or self.repository or self.category
        return Seen("repository", name or f"{UNNAMED}{self.tool})", name or self.tool)


class _Reader:
    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self.stream = stream
        self.options = options
        self.runs: list[_Facts] = []

    def records(self) -> Iterator[Record]:
        self.runs = _facts(self.stream)
        current = 0
        for step in _json.walk(self.stream, _RESULT):
            if isinstance(step, _json.Closed):
                current += step.frame.prefix == "runs.item"
            elif not isinstance(step.value, dict):
                yield Problem(f"record {step.index}", reasons.NOT_AN_OBJECT)
            else:
                yield from self._result(self.runs[current], step.value, f"record {step.index}")
        yield self._run()

    def _run(self) -> Run:
        times = [
            _words.moment(_json.obj(i).get(key))
            for facts in self.runs
            for i in facts.invocations
            for key in ("startTimeUtc", "endTimeUtc")
        ]
        moments = sorted(filter(None, times))
        named = all(f.repository or f.category for f in self.runs) or bool(self.options.asset)
        return Run(
            format=FORMAT,
            tool=", ".join(dict.fromkeys(facts.tool for facts in self.runs)) or "SARIF",
            tool_version=self.runs[0].version if self.runs else "",
            started_at=moments[0] if moments else None,
            finished_at=moments[-1] if moments else None,
            complete=bool(self.runs) and all(facts.complete for facts in self.runs),
            targets=tuple(dict.fromkeys(f.asset(self.options.asset) for f in self.runs)),
            # Two unnamed code bases look alike: then absence proves nothing.
            scope=("repository",) if named else (),
        )

    def _result(self, facts: _Facts, result: dict[str, Any], position: str) -> Iterator[Record]:
        code, rule = _rule(facts, result)
        outcome = _outcome(result)
        if not code or outcome is None:
            reason = reasons.UNKNOWN_OUTCOME if code else reasons.NO_RULE
            yield Problem(position, reason, _words.excerpt(_message(result, rule))[:300])
            return
        for location in _json.arr(result.get("locations")) or [None]:
            yield self._row(facts, (code, rule), result, (outcome, location, position))

    def _row(
        self,
        facts: _Facts,
        rule_pair: tuple[str, dict[str, Any]],
        result: dict[str, Any],
        found: tuple[Outcome, Any, str],
    ) -> Row:
        (code, rule), (outcome, raw_location, position) = rule_pair, found
        uri, line, snippet, logical = _location(facts, raw_location)
        level = _level(result, rule)
        message = _message(result, rule)
        title = _title(rule) or _words.short(message) or code
        return Row(
            tool=f"sarif/{facts.tool.lower()}",
            outcome=outcome,
            rule=code,
            title=title,
            asset=facts.asset(self.options.asset),
            location=f"{uri}:{line}" if line else uri or logical,
            place=(uri or logical, _words.digest(snippet) if snippet else _hash(result)),
            refs=_refs(facts, code, rule, result),
            severity=_severity(level, rule) if outcome is Outcome.FAIL else Severity.INFO,
            tool_severity=level,
            excerpt=_words.excerpt(message, snippet),
            position=position,
        )


def _facts(stream: BinaryIO) -> list[_Facts]:
    runs: list[_Facts] = []
    current = _Facts()
    for step in _json.walk(stream, _FACTS, ignored="runs.item.results"):
        if isinstance(step, _json.Closed):
            if step.frame.prefix == "runs.item":
                current.computed = "results" not in step.frame.values
                runs.append(current)
                current = _Facts()
        else:
            key = step.prefix.removesuffix(".item").rpartition(".")[2]
            _take(current, key, step.value)
    return runs


def _take(facts: _Facts, key: str, value: Any) -> None:
    if key == "tool":
        _take_tool(facts, _json.obj(value))
    elif key == "invocations":
        facts.invocations = _json.arr(value)
    elif key == "artifacts":
        location = _json.obj(_json.obj(value).get("location"))
        facts.artifacts.append(_words.short(location.get("uri")))
    elif key == "automationDetails":
        # "category/run id": the part before the last slash stays the same.
        facts.category = _words.short(_json.obj(value).get("id")).rpartition("/")[0]
    else:
        for provenance in _json.arr(value)[:1]:
            facts.repository = _repository(_json.obj(provenance).get("repositoryUri"))


def _take_tool(facts: _Facts, tool: dict[str, Any]) -> None:
    driver = _json.obj(tool.get("driver"))
    facts.tool = _words.short(driver.get("name"), 100) or "sarif"
    facts.version = _words.short(driver.get("semanticVersion") or driver.get("version"), 60)
    facts.rules = _json.arr(driver.get("rules"))
    facts.extensions = [
        _json.arr(_json.obj(extension).get("rules"))
        for extension in _json.arr(tool.get("extensions"))
    ]
    for rules in (facts.rules, *facts.extensions):
        for rule in rules:
            facts.by_id.setdefault(_words.text(_json.obj(rule).get("id")), _json.obj(rule))


def _repository(uri: object) -> str:
    """A repository's address without credentials, scheme and ".git"."""
    parts = urlsplit(_words.short(uri)) if "[" not in _words.short(uri) else None
    if parts is None or not parts.netloc:
        return _words.short(uri)
    return f"{parts.netloc.rpartition('@')[2].lower()}{parts.path.removesuffix('.git').rstrip('/')}"


def _rule(facts: _Facts, result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """(rule id, rule): by index where one is given, else by id."""
    pointer = _json.obj(result.get("rule"))
    index = result.get("ruleIndex", pointer.get("index", -1))
    component = _json.obj(pointer.get("toolComponent")).get("index")
    rules = facts.rules
    if isinstance(component, int) and 0 <= component < len(facts.extensions):
        rules = facts.extensions[component]
    rule = {}
    if isinstance(index, int) and 0 <= index < len(rules):
        rule = _json.obj(rules[index])
    code = _words.short(result.get("ruleId") or pointer.get("id") or rule.get("id"), 200)
    return code, rule or facts.by_id.get(code, {})


def _outcome(result: dict[str, Any]) -> Outcome | None:
    outcome = _KINDS.get(_words.text(result.get("kind")) or "fail")
    if outcome is not Outcome.FAIL:
        return outcome
    if result.get("baselineState") == "absent":
        return Outcome.PASS
    accepted = [
        found
        for found in _json.arr(result.get("suppressions"))
        if _json.obj(found).get("status", "accepted") == "accepted"
    ]
    return Outcome.SUPPRESSED if accepted else Outcome.FAIL


def _message(result: dict[str, Any], rule: dict[str, Any]) -> str:
    """The text itself, or the rule's text that it names, with its arguments put in."""
    message = _json.obj(result.get("message"))
    found = _words.text(message.get("text") or message.get("markdown"))
    if found or not message.get("id"):
        return found
    texts = _json.obj(rule.get("messageStrings"))
    found = _words.text(_json.obj(texts.get(_words.text(message.get("id")))).get("text"))
    for at, argument in enumerate(_json.arr(message.get("arguments"))[:20]):
        found = found.replace(f"{{{at}}}", _words.short(argument))
    return found


def _hash(result: dict[str, Any]) -> str:
    """What tells results of one rule in one file apart where no line is shown."""
    word = _words.text(_json.obj(result.get("partialFingerprints")).get("primaryLocationLineHash"))
    return word if _HASH.fullmatch(word) else ""


def _title(rule: dict[str, Any]) -> str:
    for key in ("shortDescription", "fullDescription"):
        found = _words.short(_json.obj(rule.get(key)).get("text"))
        if found:
            return found
    return _words.short(rule.get("name"))


def _level(result: dict[str, Any], rule: dict[str, Any]) -> str:
    default = _json.obj(rule.get("defaultConfiguration")).get("level")
    return _words.text(result.get("level")) or _words.text(default) or "warning"


def _severity(level: str, rule: dict[str, Any]) -> Severity:
    score = _json.obj(rule.get("properties")).get("security-severity")
    if _words.text(score):
        return _words.severity_of_score(score)
    return _LEVELS.get(level, Severity.MEDIUM)


def _location(facts: _Facts, location: Any) -> tuple[str, str, str, str]:
    """(path, line, snippet, logical name) of a result's location."""
    physical = _json.obj(_json.obj(location).get("physicalLocation"))
    artifact = _json.obj(physical.get("artifactLocation"))
    uri, index = _words.short(artifact.get("uri")), artifact.get("index")
    if not uri and isinstance(index, int) and 0 <= index < len(facts.artifacts):
        uri = facts.artifacts[index]
    uri = unquote(uri)
    region = _json.obj(physical.get("region"))
    context = _json.obj(physical.get("contextRegion"))
    snippet = _snippet(region) or _snippet(context)
    names = [_json.obj(n) for n in _json.arr(_json.obj(location).get("logicalLocations"))]
    logical = next((_words.short(n.get("fullyQualifiedName") or n.get("name")) for n in names), "")
    uri = re.sub(r"^(?:file://)?(?:\./)*", "", uri)
    return uri, _words.text(region.get("startLine")), snippet, logical


def _snippet(region: dict[str, Any]) -> str:
    return _words.text(_json.obj(region.get("snippet")).get("text"))


def _refs(
    facts: _Facts, code: str, rule: dict[str, Any], result: dict[str, Any]
) -> tuple[str, ...]:
    properties = _json.obj(rule.get("properties"))
    tags = _json.arr(properties.get("tags"))
    listed = properties.get("cwe")
    links = [_json.obj(link).get("target") for link in _json.arr(rule.get("relationships"))]
    named = [_taxon(_json.obj(taxon)) for taxon in (*links, *_json.arr(result.get("taxa")))]
    return _words.refs(
        [f"sarif:{facts.tool.lower()}/{code}"],
        _words.cves(code, *tags),
        _words.cwes(*tags, *(_json.arr(listed) or [listed]), *named),
    )


def _taxon(reference: dict[str, Any]) -> str:
    """A taxon as text; one of the CWE taxonomy may be a bare number."""
    component = _words.text(_json.obj(reference.get("toolComponent")).get("name"))
    identifier = _words.text(reference.get("id"))
    return (
        f"CWE-{identifier}" if component.upper() == "CWE" and identifier.isdigit() else identifier
    )
