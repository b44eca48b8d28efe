"""ZAP's traditional XML report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "zap"
LABEL = "ZAP XML"
TOOL = "zap"

_LEAVES = frozenset({"alertitem"})
_RISKS = {"0": Severity.INFO, "1": Severity.LOW, "2": Severity.MEDIUM, "3": Severity.HIGH}
_TAG = re.compile(r"<[^>]{0,500}>")
SHOWN_INSTANCES = 5


def sniff(head: bytes) -> int:
    return 100 if _xml.root(head)[1] == "OWASPZAPReport" else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole report of the site without the alert."""
    return True


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    targets: list[Seen] = []
    facts: dict[str, str] = {}
    try:
        for event, element in _xml.walk(stream, _LEAVES):
            local = _xml.name(element)
            if event == "start" and local == "OWASPZAPReport":
                facts = dict(element.attrib)
            elif event == "start" and local == "site":
                targets.append(_site(element))
            elif event == "leaf" and targets:
                yield _record(element, targets[-1])
    except _xml.CutOff as fault:
        raise _errors.broken_xml() from fault
    when = _generated(facts.get("generated", ""))
    yield Run(
        format=FORMAT,
        tool="ZAP",
        tool_version=_words.short(facts.get("version", ""), 60),
        finished_at=when,
        targets=tuple(dict.fromkeys(targets)),
    )


def _site(element: _xml.Element) -> Seen:
    name = _words.short(element.get("name", "")) or _words.short(element.get("host", "")) or "?"
    return Seen("url", name.lower().rstrip("/"), name)


def _generated(word: str) -> datetime | None:
    """Tue, 12 May 2020 20:57:30"""
    try:
        return datetime.strptime(word.strip(), "%a, %d %b %Y %H:%M:%S").replace(tzinfo=_words.SEOUL)
    except ValueError:
        return None


def _record(item: _xml.Element, site: Seen) -> Record:
    rule = _words.short(_xml.child_words(item, "alertRef") or _xml.child_words(item, "pluginid"))
    if not rule:
        return Problem(_xml.line(item), reasons.NO_RULE)
    risk = _xml.child_words(item, "riskcode")
    false_positive = _xml.child_words(item, "confidence") == "0"
    cwe = _xml.child_words(item, "cweid")
    places = [_instance(i) for g in _xml.children(item, "instances") for i in g]
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if false_positive else Outcome.FAIL,
        rule=rule,
        title=_words.short(_xml.child_words(item, "alert") or _xml.child_words(item, "name")),
        asset=site,
        location=_words.short(places[0]) if places else "",
        # Addresses come and go between crawls; the alert of a site is what stays.
        refs=_words.refs([f"zap:{rule}"], [f"cwe:{cwe}"] if cwe.isdecimal() and cwe != "0" else []),
        severity=_RISKS.get(risk, Severity.LOW),
        tool_severity=_words.short(_xml.child_words(item, "riskdesc"), 60),
        excerpt=_words.excerpt(
            _TAG.sub("", _xml.child_words(item, "desc")), *places[:SHOWN_INSTANCES]
        ),
        position=_xml.line(item),
    )


def _instance(element: _xml.Element) -> str:
    parts = [_xml.child_words(element, key) for key in ("method", "uri", "param")]
    return " ".join(filter(None, parts))
