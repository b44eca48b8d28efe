"""ZAP's traditional reports, XML and JSON."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _json, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "zap"
LABEL = "ZAP XML / JSON"
TOOL = "zap"

_LEAVES = frozenset({"alertitem"})
_ALERTS = r"site(?:\.item)?\.alerts\.item"
_RISKS = {"0": Severity.INFO, "1": Severity.LOW, "2": Severity.MEDIUM, "3": Severity.HIGH}
_TAG = re.compile(r"<[^>]{0,500}>")
_TEXTS = ("alert", "name", "alertRef", "pluginid", "riskcode", "riskdesc", "confidence", "desc")
SHOWN_INSTANCES = 5


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head):
        keys = _json.keys(head)
        ours = "site" in keys and {"@version", "@generated"} <= keys
        return 90 if ours or {"alertRef", "pluginid", "riskcode"} <= keys else 0
    return 100 if _xml.root(head)[1] == "OWASPZAPReport" else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole report of the site without the alert."""
    return True


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    stream.seek(0)
    reader = _Reader()
    is_json = _json.looks_like_json(stream.read(4096))
    yield from reader.json(stream) if is_json else reader.xml(stream)
    yield reader.run()


class _Reader:
    def __init__(self) -> None:
        self.targets: dict[Seen, None] = {}
        self.facts: dict[str, Any] = {}

    def xml(self, stream: BinaryIO) -> Iterator[Record]:
        site: Seen | None = None
        try:
            for event, element in _xml.walk(stream, _LEAVES):
                local = _xml.name(element)
                if event == "start" and local == "OWASPZAPReport":
                    self.facts = dict(element.attrib)
                elif event == "start" and local == "site":
                    site = self._site(element.attrib)
                elif event == "leaf" and site is not None:
                    yield _record(_alert(element), site, _xml.line(element))
        except _xml.CutOff as fault:
            raise _errors.broken_xml() from fault

    def json(self, stream: BinaryIO) -> Iterator[Record]:
        for step in _json.walk(stream, _ALERTS):
            if isinstance(step, _json.Closed):
                self._closed(step.frame)
                continue
            position = f"record {step.index}"
            if not isinstance(step.value, dict):
                yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(step.value))
                continue
            around = {key.lstrip("@"): value for key, value in step.frames[-1].values.items()}
            yield _record(step.value, self._site(around), position)

    def _closed(self, frame: _json.Frame) -> None:
        if frame.prefix == "":
            self.facts = {key.lstrip("@"): value for key, value in frame.values.items()}
        elif frame.prefix in ("site", "site.item"):  # a site without alerts was scanned as well
            self._site({key.lstrip("@"): value for key, value in frame.values.items()})

    def _site(self, values: Mapping[str, Any]) -> Seen:
        name = _words.short(values.get("name")) or _words.short(values.get("host")) or "?"
        site = Seen("url", name.lower().rstrip("/"), name)
        self.targets[site] = None
        return site

    def run(self) -> Run:
        created = _words.moment(self.facts.get("created"))
        return Run(
            format=FORMAT,
            tool="ZAP",
            tool_version=_words.short(self.facts.get("version"), 60),
            finished_at=created or _generated(_words.text(self.facts.get("generated"))),
            targets=tuple(self.targets),
        )


def _generated(word: str) -> datetime | None:
    """Tue, 12 May 2020 20:57:30"""
    try:
        return datetime.strptime(word.strip(), "%a, %d %b %Y %H:%M:%S").replace(tzinfo=_words.SEOUL)
    except ValueError:
        return None


def _alert(item: _xml.Element) -> dict[str, Any]:
    """An alert of the XML as the JSON would have it."""
    instances = [
        {key: _xml.child_words(i, key) for key in ("method", "uri", "param")}
        for group in _xml.children(item, "instances")
        for i in group
    ]
    inner = _xml.by_name(item)
    texts = {key: _xml.words(inner.get(key)) for key in (*_TEXTS, "cweid")}
    return {**texts, "instances": instances}


def _record(alert: dict[str, Any], site: Seen, position: str) -> Record:
    rule = _words.short(alert.get("alertRef")) or _words.short(alert.get("pluginid"))
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(alert.get("alert")))
    false_positive = _words.text(alert.get("confidence")) == "0"
    cwe = _words.text(alert.get("cweid"))
    places = [_instance(_json.obj(i)) for i in _json.arr(alert.get("instances"))]
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if false_positive else Outcome.FAIL,
        rule=rule,
        title=_words.short(alert.get("alert")) or _words.short(alert.get("name")) or rule,
        asset=site,
        location=_words.mask(_words.short(places[0])) if places else "",
        # Addresses come and go between crawls; the alert of a site is what stays.
        refs=_words.refs([f"zap:{rule}"], [f"cwe:{cwe}"] if cwe.isdecimal() and cwe != "0" else []),
        severity=_RISKS.get(_words.text(alert.get("riskcode")), Severity.LOW),
        tool_severity=_words.short(alert.get("riskdesc"), 60),
        excerpt=_words.excerpt(
            _TAG.sub("", _words.text(alert.get("desc"))[:20_000]), *places[:SHOWN_INSTANCES]
        ),
        position=position,
    )


def _instance(values: Mapping[str, Any]) -> str:
    parts = [_words.text(values.get(key))[:2000] for key in ("method", "uri", "param")]
    return " ".join(filter(None, parts))
