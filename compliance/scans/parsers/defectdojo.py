"""DefectDojo's generic findings, JSON and CSV: the way out for tools without a parser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from compliance.scans import reasons
from compliance.scans.parsers import _json, _text, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "defectdojo"
LABEL = "DefectDojo Generic JSON / CSV"
TOOL = "generic"

_SEVERITIES = frozenset({"critical", "high", "medium", "low", "info", "informational"})
_COLUMNS = {"title", "severity", "description", "date", "cweid", "mitigation", "url"}
_TRUE = frozenset({"true", "yes", "1"})


def sniff(head: bytes) -> int:
    if _json.looks_like_json(head):
        keys = _json.keys(head)
        known = keys & {"description", "cwe", "cve", "date", "mitigation", "active", "verified"}
        return 55 if {"findings", "title", "severity"} <= keys and known else 0
    names = {_plain(cell) for cell in _text.head_text(head[:8192]).partition("\n")[0].split(",")}
    return 60 if {"title", "severity"} <= names and len(names & _COLUMNS) >= 4 else 0


def _plain(name: str) -> str:
    return name.strip('" \ufeff\r').casefold()


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    reader = _Reader(options or Options())
    stream.seek(0)
    is_json = _json.looks_like_json(stream.read(4096))
    for record in reader.json(stream) if is_json else reader.csv(stream):
        if isinstance(record, Row):
            reader.targets[record.asset] = None
        yield record
    yield reader.run()


class _Reader:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.facts: dict[str, Any] = {}
        self.targets: dict[Seen, None] = {}

    def json(self, stream: BinaryIO) -> Iterator[Record]:
        self.facts = _json.tops(stream, r"name|type|version", ignored="findings")
        for leaf in _json.leaves(stream, r"findings\.item"):
            position = f"record {leaf.index}"
            if not isinstance(leaf.value, dict):
                yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
            else:
                yield self._record(leaf.value, position)

    def csv(self, stream: BinaryIO) -> Iterator[Record]:
        names: list[str] = []
        for number, cells in _text.columns(stream, ","):
            position = f"line {number}"
            if cells is None:
                yield Problem(position, reasons.BROKEN_LINE)
            elif not any(cells):
                continue
            elif not names:
                names = [_plain(cell) for cell in cells]
            else:
                yield self._record(_of_csv(dict(zip(names, cells, strict=False))), position)

    def run(self) -> Run:
        return Run(
            format=FORMAT,
            tool=_words.short(self.facts.get("name") or self.facts.get("type")) or "Generic",
            tool_version=_words.short(self.facts.get("version"), 60),
            targets=tuple(self.targets),
        )

    def _tool(self) -> str:
        name = _words.short(self.facts.get("name") or self.facts.get("type"), 80)
        return f"generic/{name.casefold()}" if name else TOOL

    def _record(self, finding: Mapping[str, Any], position: str) -> Record:
        title = _words.short(finding.get("title"))
        rule = _words.short(finding.get("vuln_id_from_tool"), 200) or title
        if not rule:
            return Problem(position, reasons.NO_RULE, _words.short(finding.get("description")))
        if _words.text(finding.get("severity")).casefold() not in _SEVERITIES:
            word = _words.short(finding.get("severity"))
            return Problem(position, reasons.UNKNOWN_SEVERITY, f"{rule} {word}".strip())
        return self._row(finding, rule, title, position)

    def _row(self, finding: Mapping[str, Any], rule: str, title: str, position: str) -> Row:
        asset, location = self._where(finding)
        component = _words.short(finding.get("component_name"), 200)
        return Row(
            tool=self._tool(),
            outcome=_outcome(finding),
            rule=rule,
            title=title or rule,
            asset=asset,
            location=" · ".join(filter(None, [location, component])),
            place=(_words.short(finding.get("file_path")), component, _address(finding)),
            refs=_refs(finding, rule),
            severity=_words.severity(finding.get("severity"), Severity.LOW),
            tool_severity=_words.short(finding.get("severity"), 40),
            excerpt=_words.excerpt(finding.get("description")),
            position=position,
            exploited=_is_true(finding.get("known_exploited")),
            epss=_words.probability(finding.get("epss_score")),
        )

    def _where(self, finding: Mapping[str, Any]) -> tuple[Seen, str]:
        endpoint = _endpoint(finding)
        if endpoint is not None:
            return endpoint, _words.mask(_address(finding))
        path, line = _words.short(finding.get("file_path")), _words.text(finding.get("line"))
        service = _words.short(finding.get("service"), 200)
        name = self.options.asset or service
        location = f"{path}:{line}" if path and line else path
        return _words.code_base(self._tool(), name), location


def _is_true(value: Any) -> bool:
    return value is True or _words.text(value).casefold() == "true"


def _of_csv(row: dict[str, str]) -> dict[str, Any]:
    """The CSV's columns under the names of the JSON."""
    return {
        **row,
        "cwe": row.get("cweid") or row.get("cwe"),
        "endpoints": [row["url"]] if row.get("url") else [],
        "false_p": row.get("falsepositive", ""),
        "references": row.get("references"),
        "vuln_id_from_tool": row.get("vuln_id_from_tool", row.get("vulnerability id", "")),
    }


def _is(finding: Mapping[str, Any], key: str) -> bool:
    value = finding.get(key)
    return value is True or _words.text(value).casefold() in _TRUE


def _outcome(finding: Mapping[str, Any]) -> Outcome:
    if any(_is(finding, key) for key in ("false_p", "risk_accepted", "out_of_scope", "duplicate")):
        return Outcome.SUPPRESSED
    return Outcome.PASS if _is(finding, "is_mitigated") else Outcome.FAIL


def _address(finding: Mapping[str, Any]) -> str:
    first = next(iter(_json.arr(finding.get("endpoints"))), None)
    if not isinstance(first, dict):
        return _words.short(first).partition("?")[0]
    port = _words.text(first.get("port"))
    scheme, host = _words.short(first.get("protocol"), 20), _words.short(first.get("host"))
    address = f"{host}:{port}" if port else host
    path = _words.short(first.get("path")).lstrip("/")
    return f"{scheme}://{address}/{path}".rstrip("/") if scheme else address


def _endpoint(finding: Mapping[str, Any]) -> Seen | None:
    """The site or host of the first endpoint; the others are places of the same finding."""
    address = _address(finding)
    if not address:
        return None
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and host:
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        return Seen("url", site, site)
    return _words.host(host or address, host or address)


def _refs(finding: Mapping[str, Any], rule: str) -> tuple[str, ...]:
    ids = [_json.obj(v).get("vulnerability_id", v) for v in _ids(finding)]
    cwe = _words.text(finding.get("cwe"))
    return _words.refs(
        [f"generic:{rule}"],
        _words.cves(finding.get("cve"), *ids, rule),
        _words.cwes(cwe) or ([f"cwe:{cwe}"] if cwe.isdecimal() and cwe != "0" else []),
        _words.cwes(*_json.arr(finding.get("tags"))),
    )


def _ids(finding: Mapping[str, Any]) -> list[Any]:
    found = finding.get("vulnerability_ids")
    return found if isinstance(found, list) else [found]
