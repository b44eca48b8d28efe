"""OpenVAS / Greenbone (GMP) XML reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.numbers import whole
from compliance.shared.severity import Severity

FORMAT = "openvas"
LABEL = "OpenVAS / Greenbone XML"
TOOL = "openvas"

_LEAVES = frozenset(
    {"result", "error", "ip", "detail", "scan_run_status", "scan_start", "scan_end", "result_count"}
)
_ROOTS = frozenset({"get_reports_response", "get_results_response"})
_MARKS = (b"scan_run_status", b"<gmp", b"<omp", b"<nvt oid", b"result_count", b"format_id=")
# What an audit says of a policy's requirement; a scan for flaws has no such word.
_AUDIT = {
    "yes": Outcome.PASS,
    "no": Outcome.FAIL,
    "incomplete": Outcome.MANUAL,
    "undefined": Outcome.MANUAL,
}
_FLAWS = frozenset({Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW})


def sniff(head: bytes) -> int:
    local = _xml.root(head)[1]
    if local in _ROOTS:
        return 90
    plain = head.replace(b"\x00", b"")  # UTF-16
    return 90 if local == "report" and any(mark in plain for mark in _MARKS) else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A whole scan for flaws without the result; a mere search for hosts proves nothing."""
    return "flaws" in scope


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader().records(stream)


class _Reader:
    def __init__(self) -> None:
        self.targets: dict[str, Seen] = {}
        self.facts: dict[str, str] = {}
        self.host: Seen | None = None
        self.read = 0
        self.counted = 0
        self.flaws = False
        self.cut = False

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        try:
            for event, element in _xml.walk(stream, _LEAVES):
                if event == "leaf":
                    yield from self._leaf(_xml.name(element), element)
        except _xml.CutOff as fault:
            if not self.read:
                raise _errors.broken_xml() from fault
            self.cut = True
            yield Problem("", reasons.CUT_OFF)
        yield self._run()

    def _leaf(self, local: str, element: _xml.Element) -> Iterator[Record]:
        if local in ("result", "error"):
            self.read += local == "result"
            yield self._result(element, failed=local == "error")
        elif local == "ip":
            self.host = self._cover(_xml.words(element), "")
        elif local == "detail":
            yield from self._detail(element)
        elif local == "result_count":
            self.counted = whole(_xml.child_words(element, "filtered"))
        else:
            self.facts[local] = self.facts.get(local) or _words.short(_xml.words(element), 60)

    def _cover(self, address: str, name: str) -> Seen | None:
        """The host as an asset, by the first name that the report gives it."""
        if not address.strip():
            return None
        asset = _words.host(address, name)
        known = self.targets.get(asset.key)
        if known is None or (known.name == known.key and name):
            self.targets[asset.key] = asset
        return self.targets[asset.key]

    def _detail(self, element: _xml.Element) -> Iterator[Row]:
        """A test that ran on the host and says that it is not vulnerable."""
        if _xml.child_words(element, "name") != "EXIT_CODE" or self.host is None:
            return
        source = _xml.child(element, "source")
        rule = "" if source is None else _words.short(_xml.child_words(source, "name"), 200)
        if rule and _xml.child_words(element, "value") == "EXIT_NOTVULN":
            self.flaws = True
            yield Row(
                tool=TOOL,
                outcome=Outcome.PASS,
                rule=rule,
                title=rule,
                asset=self.host,
                refs=_words.refs([f"openvas:{rule}"]),
                position=_xml.line(element),
            )

    def _result(self, element: _xml.Element, *, failed: bool) -> Record:
        host = _xml.child(element, "host")
        address = "" if host is None else _words.short(host.text or "")
        name = "" if host is None else _words.short(_xml.child_words(host, "hostname"))
        nvt = _xml.child(element, "nvt")
        rule = "" if nvt is None else _words.short(nvt.get("oid", ""), 200)
        if nvt is None or not rule:
            return Problem(
                _xml.line(element), reasons.NO_RULE, _words.short(_xml.child_words(element, "name"))
            )
        asset = self._cover(address, name)
        if asset is None:
            return Problem(_xml.line(element), reasons.NO_ASSET, rule)
        row = _row(asset, element, nvt, failed=failed)
        self.flaws = self.flaws or row.severity in _FLAWS
        return row

    def _run(self) -> Run:
        status = self.facts.get("scan_run_status", "")
        done = status == "Done" if status else bool(self.facts.get("scan_end"))
        return Run(
            format=FORMAT,
            tool="OpenVAS",
            started_at=_words.moment(self.facts.get("scan_start")),
            finished_at=_words.moment(self.facts.get("scan_end")),
            # A report can be a page of its results.
            complete=done and not self.cut and self.counted <= self.read,
            targets=tuple(self.targets.values()),
            scope=("flaws",) if self.flaws else (),
        )


def _row(asset: Seen, element: _xml.Element, nvt: _xml.Element, *, failed: bool) -> Row:
    inner = _xml.by_name(element)
    port = _words.short(_xml.words(inner.get("port")), 60)
    threat = _words.short(_xml.words(inner.get("threat")), 40)
    score = _words.short(_xml.words(inner.get("severity")), 20)
    verdict = _AUDIT.get(_xml.words(inner.get("compliance")).casefold())
    outcome = Outcome.ERROR if failed else verdict or _outcome(threat, score)
    quality = _words.short(_xml.child_words(inner["qod"], "value"), 10) if "qod" in inner else ""
    name = _xml.words(inner.get("name")) or _xml.child_words(nvt, "name")
    rule = _words.short(nvt.get("oid", ""), 200)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(name) or rule,
        asset=asset,
        location="" if port.startswith("general/") else port,
        place=(port,),
        refs=_refs(rule, nvt),
        severity=_severity(threat, score, nvt),
        tool_severity=" ".join(filter(None, [score, threat])),
        excerpt=_words.excerpt(
            _xml.words(inner.get("description")), f"QoD {quality}%" if quality else ""
        ),
        position=_xml.line(element),
    )


def _outcome(threat: str, score: str) -> Outcome:
    if threat == "False Positive" or score.startswith("-1"):
        return Outcome.SUPPRESSED
    if threat == "Error" or score.startswith("-3"):
        return Outcome.ERROR
    return Outcome.FAIL


def _severity(threat: str, score: str, nvt: _xml.Element) -> Severity:
    try:
        float(score)
    except ValueError:
        if not threat or threat.casefold() not in _words.SEVERITIES:
            return _words.severity_of_score(_xml.child_words(nvt, "cvss_base"))
        return _words.severity(threat)
    return _words.severity_of_score(score)


def _refs(rule: str, nvt: _xml.Element) -> tuple[str, ...]:
    """The references of new reports, and the lists of old ones."""
    texts = [_xml.child_words(nvt, key) for key in ("cve", "xref")]
    found: list[str] = []
    for group in _xml.children(nvt, "refs"):
        for ref in _xml.children(group, "ref"):
            texts.append(ref.get("id", ""))
    family = _words.short(_xml.child_words(nvt, "family"), 80)
    if family:
        found.append(f"openvas.family:{family}")
    return _words.refs([f"openvas:{rule}"], _words.cves(rule, *texts), _words.cwes(*texts), found)
