"""testssl.sh: CSV, flat JSON and pretty JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _text, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "testssl"
LABEL = "testssl.sh CSV / JSON"
TOOL = "testssl"

_OUTCOMES = {
    "OK": Outcome.PASS,
    "LOW": Outcome.FAIL,
    "MEDIUM": Outcome.FAIL,
    "HIGH": Outcome.FAIL,
    "CRITICAL": Outcome.FAIL,
    # testssl.sh gives no verdict on these; neither do we.
    "INFO": Outcome.MANUAL,
    "DEBUG": Outcome.MANUAL,
    "WARN": Outcome.ERROR,
    "FATAL": Outcome.ERROR,
}
_COLUMNS = ["id", "fqdn/ip", "port", "severity", "finding"]
# The pretty report files problems of the client and of the scan beside its results.
_LEAVES = r"item|scanResult\.item\.\w+\.item|(?!scanResult\b)\w+\.item"


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head):
        keys = _json.keys(head)
        flat = {"id", "ip", "port", "severity", "finding"} <= keys
        pretty = "scanResult" in keys and bool(keys & {"targetHost", "Invocation", "ip"})
        return 85 if flat or pretty else 0
    first = _text.head_text(head[:4096]).lstrip("\ufeff \r\n").partition("\n")[0]
    return 95 if first.replace('"', "").startswith(",".join(_COLUMNS)) else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    stream.seek(0)
    is_json = _json.looks_like_json(stream.read(1024))
    reader = _Reader()
    yield from reader.json(stream) if is_json else reader.csv(stream)
    yield reader.run()


class _Reader:
    def __init__(self) -> None:
        self.targets: dict[Seen, None] = {}
        self.fatal = False
        self.facts: dict[str, Any] = {}

    def csv(self, stream: BinaryIO) -> Iterator[Record]:
        names: list[str] = []
        for number, cells in _text.columns(stream, ","):
            position = f"line {number}"
            if cells is None:
                yield Problem(position, reasons.BROKEN_LINE)
            elif not any(cells):
                continue
            elif not names:
                names = [cell.lstrip("\ufeff").strip() for cell in cells]
            elif len(cells) < len(_COLUMNS):
                yield Problem(position, reasons.BROKEN_LINE, _words.short(",".join(cells)))
            else:
                yield self._record(dict(zip(names, cells, strict=False)), position)

    def json(self, stream: BinaryIO) -> Iterator[Record]:
        for step in _json.walk(stream, _LEAVES):
            if isinstance(step, _json.Closed):
                if step.frame.prefix == "":
                    self.facts.update(step.frame.values)
                continue
            position = f"record {step.index}"
            if not isinstance(step.value, dict):
                yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(step.value))
            elif step.value.get("id"):
                yield self._record({**_around(step.frames), **step.value}, position)

    def _record(self, values: Mapping[str, Any], position: str) -> Record:
        name, word = _words.short(values.get("id")), _words.text(values.get("severity")).upper()
        endpoint = _words.short(values.get("fqdn/ip") or values.get("ip"))
        outcome = _OUTCOMES.get(word)
        self.fatal = self.fatal or word == "FATAL" or name == "scanProblem"
        if not name or outcome is None:
            reason = reasons.UNKNOWN_OUTCOME if name else reasons.NO_RULE
            return Problem(position, reason, _words.short(f"{name} {word}"))
        asset = _asset(endpoint)
        if asset is None:
            return Problem(position, reasons.NO_ASSET, name)
        self.targets[asset] = None
        return _row(values, name, word, asset, position)

    def run(self) -> Run:
        return Run(
            format=FORMAT,
            tool="testssl.sh",
            tool_version=_words.short(self.facts.get("version")),
            started_at=_words.from_epoch(self.facts.get("startTime")),
            complete=not self.fatal,
            targets=tuple(self.targets),
        )


def _around(frames: tuple[_json.Frame, ...]) -> dict[str, Any]:
    """The endpoint of a pretty-printed record, which stands in the object around it."""
    if len(frames) < 2:
        return {}
    scan = frames[1]
    host = _words.short(scan.get("targetHost"))
    return {"ip": f"{host}/{_words.short(scan.get('ip'))}", "port": scan.get("port")}


def _asset(endpoint: str) -> Seen | None:
    """www.example.org/192.0.2.1 is a host by its address, called by its name."""
    name, _slash, address = endpoint.partition("/")
    return _words.host(address.strip(), name.strip()) if name or address else None


def _row(values: Mapping[str, Any], name: str, word: str, asset: Seen, position: str) -> Row:
    outcome, port = _OUTCOMES[word], _words.short(values.get("port"), 10)
    failed = outcome is Outcome.FAIL
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=name,
        title=name,
        asset=asset,
        location=f"{port}/tcp" if port else "",
        place=(f"tcp/{port}",),
        refs=_words.refs(
            [f"testssl:{name.partition(' ')[0]}"],
            _words.cves(*_words.text(values.get("cve")).split()),
            _words.cwes(*_words.text(values.get("cwe")).split()),
        ),
        severity=_words.severity(word) if failed else Severity.INFO,
        tool_severity=word,
        excerpt=_words.excerpt(values.get("finding")),
        position=position,
    )
