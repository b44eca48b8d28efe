"""XCCDF 1.1 and 1.2 results, alone or inside an ARF (OpenSCAP)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "xccdf"
LABEL = "XCCDF / ARF (OpenSCAP)"
TOOL = "xccdf"

_LEAVES = frozenset({"Rule", "rule-result", "target", "target-address", "fact"})
_OUTCOMES = {
    "pass": Outcome.PASS,
    "fixed": Outcome.PASS,
    "fail": Outcome.FAIL,
    "error": Outcome.ERROR,
    "unknown": Outcome.ERROR,
    "notapplicable": Outcome.NOT_APPLICABLE,
    "notchecked": Outcome.MANUAL,
    "informational": Outcome.MANUAL,
}
_PREFIX = re.compile(r"^xccdf_[^_]+_rule_")
_CIS = re.compile(r"\d+(?:\.\d+)+")


def sniff(head: bytes) -> int:
    namespace, local = _xml.root(head)
    if local == "asset-report-collection":
        return 100
    if local == "TestResult" or (local == "Benchmark" and "xccdf" in namespace):
        return 90
    return 0


@dataclass(frozen=True, slots=True)
class _Rule:
    title: str
    severity: str
    refs: tuple[str, ...]


@dataclass(slots=True)
class _Result:
    """The TestResult being read."""

    attributes: dict[str, str]
    target: str = ""
    address: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    def asset(self, chosen: str) -> Seen:
        return _words.host("", chosen or self.target or self.address or "unknown")


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader(options or Options()).records(stream)


class _Reader:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.rules: dict[str, _Rule] = {}
        self.results: list[_Result] = []
        self.skipped: dict[str, int] = {}

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        try:
            for event, element in _xml.walk(stream, _LEAVES):
                yield from self._element(event, element)
        except _xml.CutOff as fault:
            raise _errors.broken_xml() from fault
        if not self.results:
            raise _errors.nothing_inside()
        yield self._run()

    def _element(self, event: str, element: _xml.Element) -> Iterator[Record]:
        local = _xml.name(element)
        if event == "start" and local == "TestResult":
            self.results.append(_Result(dict(element.attrib)))
        elif event != "leaf":
            return
        elif local == "Rule":
            self.rules[element.get("id", "")] = _rule(element)
        elif self.results and local == "rule-result":
            yield from self._rule_result(element)
        elif self.results:
            self._fact(local, element)

    def _fact(self, local: str, element: _xml.Element) -> None:
        current = self.results[-1]
        if local == "target":
            current.target = current.target or _words.short(_xml.words(element))
        elif local == "target-address":
            current.address = current.address or _words.short(_xml.words(element))
        else:
            current.facts[element.get("name", "")] = _words.short(_xml.words(element))

    def _rule_result(self, element: _xml.Element) -> Iterator[Record]:
        word = _xml.child_words(element, "result").lower()
        code = element.get("idref", "")
        if word == "notselected":  # outside the chosen profile: no check took place
            self.skipped[word] = self.skipped.get(word, 0) + 1
        elif not code:
            yield Problem(_xml.line(element), reasons.NO_RULE, _words.short(word))
        elif word not in _OUTCOMES:
            yield Problem(
                _xml.line(element), reasons.UNKNOWN_OUTCOME, _words.short(f"{code} {word}")
            )
        else:
            yield self._row(element, code, _OUTCOMES[word])

    def _row(self, element: _xml.Element, code: str, outcome: Outcome) -> Row:
        rule = self.rules.get(code, _Rule("", "", ()))
        name = _PREFIX.sub("", code)
        word = element.get("severity") or rule.severity
        messages = [_xml.words(found) for found in _xml.children(element, "message")]
        instance = _words.short(_xml.child_words(element, "instance"))
        return Row(
            tool=TOOL,
            outcome=outcome,
            rule=_words.short(name, 200),
            title=rule.title or _words.short(name),
            asset=self.results[-1].asset(self.options.asset),
            location=instance,
            place=(instance,) if instance else (),
            refs=_words.refs([f"xccdf:{name}"], _idents(element), list(rule.refs)),
            severity=_words.severity(word, Severity.MEDIUM),
            tool_severity=_words.short(word, 40),
            excerpt=_words.excerpt(*messages),
            position=_xml.line(element),
            suspicious=_words.suspicious(outcome, *messages),
        )

    def _run(self) -> Run:
        last, first = self.results[-1], self.results[0]
        assets = dict.fromkeys(result.asset(self.options.asset) for result in self.results)
        version = last.facts.get("urn:xccdf:fact:scanner:version", "")
        system = last.attributes.get("test-system", "").rsplit(":", 1)[-1]
        return Run(
            format=FORMAT,
            tool=last.facts.get("urn:xccdf:fact:scanner:name", "") or "OpenSCAP",
            tool_version=version or (system if system[:1].isdigit() else ""),
            started_at=_words.moment(first.attributes.get("start-time", "")),
            finished_at=_words.moment(last.attributes.get("end-time", "")),
            complete=all(result.attributes.get("end-time") for result in self.results),
            targets=tuple(assets),
            skipped=self.skipped,
        )


def _rule(element: _xml.Element) -> _Rule:
    references = [ref for r in _xml.children(element, "reference") for ref in _reference(r)]
    return _Rule(
        _words.short(_xml.child_words(element, "title")),
        element.get("severity", ""),
        _words.refs(_idents(element), references),
    )


def _idents(element: _xml.Element) -> list[str]:
    found: list[str] = []
    for ident in _xml.children(element, "ident"):
        found += _identifier(_xml.words(ident))
    return found


def _identifier(word: str) -> list[str]:
    if re.fullmatch(r"CCE-\d+-\d", word):
        return [f"cce:{word}"]
    if re.fullmatch(r"CCI-\d+", word):
        return [f"cci:{word}"]
    return _words.cves(word)


def _reference(element: _xml.Element) -> list[str]:
    """The catalogue numbers among a rule's references; links and books are left out."""
    href, word = element.get("href", "").lower(), _xml.words(element)
    if "800-53" in href:
        return _words.nist(word)
    if "cisecurity.org" in href and _CIS.fullmatch(word):
        return [f"cis:{word}"]
    return _identifier(word)
