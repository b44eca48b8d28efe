"""Nessus v2 (.nessus), with compliance items."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "nessus"
LABEL = "Nessus v2"
TOOL = "nessus"

_LEAVES = frozenset({"HostProperties", "ReportItem", "preference"})
_SEVERITIES = {
    "0": Severity.INFO,
    "1": Severity.LOW,
    "2": Severity.MEDIUM,
    "3": Severity.HIGH,
    "4": Severity.CRITICAL,
}
_COMPLIANCE = {
    "PASSED": Outcome.PASS,
    "FAILED": Outcome.FAIL,
    "WARNING": Outcome.MANUAL,
    "ERROR": Outcome.ERROR,
}


def sniff(head: bytes) -> int:
    return 100 if _xml.root(head)[1] == "NessusClientData_v2" else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A plugin of the policy's plugin set that says nothing found nothing."""
    return rule in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader().records(stream)


class _Reader:
    def __init__(self) -> None:
        self.asset: Seen | None = None
        self.targets: dict[Seen, None] = {}
        self.plugins: tuple[str, ...] = ()
        self.starts: list[datetime] = []
        self.ends: list[datetime] = []
        self.hosts = 0
        self.cut = False
        self.version = ""

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        try:
            for event, element in _xml.walk(stream, _LEAVES):
                yield from self._element(event, element)
        except _xml.CutOff as fault:
            if not self.hosts:
                raise _errors.broken_xml() from fault
            self.cut = True
            yield Problem("", reasons.CUT_OFF)
        yield self._run()

    def _element(self, event: str, element: _xml.Element) -> Iterator[Record]:
        local = _xml.name(element)
        if event == "start" and local == "ReportHost":
            self.hosts += 1
            self._host(_words.host("", element.get("name", "") or "?"))
        elif event != "leaf":
            return
        elif local == "preference":
            if _xml.child_words(element, "name") == "plugin_set":
                self.plugins = tuple(_xml.child_words(element, "value").split(";"))
        elif local == "HostProperties":
            self._properties(element)
        elif self.asset is not None:
            yield self._item(self.asset, element)

    def _host(self, asset: Seen) -> None:
        if self.asset is not None and self.asset in self.targets and asset.name == self.asset.name:
            del self.targets[self.asset]
        self.asset = asset
        self.targets[asset] = None

    def _properties(self, element: _xml.Element) -> None:
        tags = {t.get("name", ""): _xml.words(t) for t in _xml.children(element, "tag")}
        if tags.get("host-ip") and self.asset is not None:
            del self.targets[self.asset]
            name = tags.get("host-fqdn") or tags.get("netbios-name") or self.asset.name
            self.asset = None
            self._host(_words.host(tags["host-ip"], name))
        self.starts += _moments(tags.get("HOST_START", ""))
        self.ends += _moments(tags.get("HOST_END", ""))

    def _item(self, asset: Seen, item: _xml.Element) -> Record:
        rule = _words.short(item.get("pluginID", ""))
        if not rule:
            return Problem(
                _xml.line(item), reasons.NO_RULE, _words.short(item.get("pluginName", ""))
            )
        if rule == "19506":
            self.version = self.version or _version(_xml.child_words(item, "plugin_output"))
        result = _xml.child_words(item, "compliance-result").upper()
        outcome = _COMPLIANCE.get(result) if result else Outcome.FAIL
        if outcome is None:
            return Problem(_xml.line(item), reasons.UNKNOWN_OUTCOME, _words.short(result))
        return _row(asset, item, rule, outcome)

    def _run(self) -> Run:
        return Run(
            format=FORMAT,
            tool="Nessus",
            tool_version=self.version,
            started_at=min(self.starts, default=None),
            finished_at=max(self.ends, default=None),
            complete=not self.cut and len(self.ends) == self.hosts,
            targets=tuple(self.targets),
            scope=self.plugins,
        )


def _version(output: str) -> str:
    for line in output.splitlines():
        label, _colon, value = line.partition(":")
        if label.strip() == "Nessus version":
            return _words.short(value, 40)
    return ""


def _moments(word: str) -> list[datetime]:
    """HOST_START and HOST_END are written like Wed Mar 09 22:55:00 2011, in the scanner's time."""
    try:
        return [datetime.strptime(word, "%a %b %d %H:%M:%S %Y").replace(tzinfo=_words.SEOUL)]
    except ValueError:
        found = _words.from_epoch(word) if word.isdecimal() else None
        return [found.astimezone(UTC)] if found else []


def _row(asset: Seen, item: _xml.Element, rule: str, outcome: Outcome) -> Row:
    port = f"{item.get('port', '0')}/{item.get('protocol', '')}"
    check = _xml.child_words(item, "compliance-check-name")
    texts = [_xml.child_words(item, key) for key in ("synopsis", "plugin_output", "description")]
    if check:
        rule = f"compliance:{_words.digest(check)}"
    severity = _SEVERITIES.get(item.get("severity", ""), Severity.INFO)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(check or item.get("pluginName", "")) or rule,
        asset=asset,
        location="" if port.startswith("0/") else port,
        place=(port,),
        refs=_refs(item, rule),
        severity=severity if outcome is Outcome.FAIL else Severity.INFO,
        tool_severity=_words.short(item.get("severity", ""), 40),
        excerpt=_words.excerpt(*texts),
        position=_xml.line(item),
        suspicious=_words.suspicious(outcome, *texts),
        exploited=_is_exploited(item),
        epss=_words.probability(_xml.child_words(item, "epss_score")),
    )


def _is_exploited(item: _xml.Element) -> bool:
    """CISA's catalogue is named by an element of its own or among the cross references."""
    crosses = [_xml.words(e) for e in _xml.children(item, "xref")]
    named = any(cross.upper().startswith("CISA-KNOWN-EXPLOITED") for cross in crosses)
    word = _xml.child_words(item, "cisa-known-exploited").casefold()
    return named or word not in ("", "false", "no")


def _refs(item: _xml.Element, rule: str) -> tuple[str, ...]:
    """Every CVE, not the first one; CWE and catalogue numbers among the cross references."""
    cves = [ref for e in _xml.children(item, "cve") for ref in _words.cves(_xml.words(e))]
    cwes = [f"cwe:{_words.short(_xml.words(e), 10)}" for e in _xml.children(item, "cwe")]
    crosses = [_xml.words(e) for e in _xml.children(item, "xref")]
    crosses.append(_xml.child_words(item, "compliance-reference"))
    catalogues = [ref for cross in crosses for part in _split(cross) for ref in _numbers(*part)]
    family = _words.short(item.get("pluginFamily", ""), 80)
    families = [f"nessus.family:{family}"] if family else []
    return _words.refs([f"nessus:{rule}"], cves, cwes, _words.cwes(*crosses), catalogues, families)


def _split(cross: str) -> list[tuple[str, str]]:
    """800-53|AC-6,CCI|CCI-000366 and CWE:20 as (catalogue, number)."""
    parts = (part.strip() for part in cross[:20_000].split(","))
    return [
        (p[0].strip(), p[2].strip())
        for p in (re.split(r"([|:])", part, maxsplit=1) for part in parts)
        if len(p) == 3
    ]


def _numbers(catalogue: str, number: str) -> list[str]:
    if number.startswith("CCI-"):
        return [f"cci:{number}"]
    if number.startswith("CCE-"):
        return [f"cce:{number}"]
    known = re.fullmatch(r"800-53(?:r\d)?", catalogue, re.IGNORECASE)
    return _words.nist(number) if known else []
