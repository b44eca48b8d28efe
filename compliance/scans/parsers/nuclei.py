"""Nuclei: JSON lines, an array, arrays in an array; old keys and those of version 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "nuclei"
LABEL = "Nuclei JSON / JSONL"
TOOL = "nuclei"


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    named = keys & {"template-id", "templateID", "template"}
    return 90 if named and keys & {"matched-at", "matched", "matcher-name", "matcher_name"} else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    targets: dict[Seen, None] = {}
    times = _words.Span()
    whole = True
    for position, value in _events(stream):
        record = _record(value, position)
        whole = whole and not _is_broken(record)
        if isinstance(record, Row):
            targets[record.asset] = None
            times.add(_words.moment(_json.obj(value).get("timestamp")))
        yield record
    yield Run(
        format=FORMAT,
        tool="Nuclei",
        started_at=times.first,
        finished_at=times.last,
        complete=whole,
        targets=tuple(targets),
    )


def _is_broken(record: Record) -> bool:
    return isinstance(record, Problem) and record.reason == reasons.BROKEN_JSON


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    if _json.is_lines(stream):
        for number, value in _json.by_line(stream):
            yield f"line {number}", value
        return
    # One object, an array of objects, or one array per target inside an array.
    for leaf in _json.leaves(stream, r"|item(?:\.item)?", arrays=False):
        yield f"record {leaf.index}", leaf.value


def _record(event: Any, position: str) -> Record:
    if event is None and position.startswith("line"):
        return Problem(position, reasons.BROKEN_JSON)
    if not isinstance(event, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(event))
    rule = _first(event, "template-id", "templateID", "template_id", "template")
    place = _first(event, "matched-at", "matched", "host", "url", "ip")
    if not rule or not place:
        reason = reasons.NO_ASSET if rule else reasons.NO_RULE
        return Problem(position, reason, _words.mask(rule or place))
    info = _json.obj(event.get("info"))
    matcher = _first(event, "matcher-name", "matcher_name")
    return Row(
        tool=TOOL,
        outcome=Outcome.PASS if event.get("matcher-status") is False else Outcome.FAIL,
        rule=rule,
        title=_words.short(info.get("name")) or rule,
        asset=_asset(event, place),
        location=_words.mask(place),
        place=(_stable(place), matcher),
        refs=_refs(rule, info),
        severity=_words.severity(info.get("severity"), Severity.INFO),
        tool_severity=_words.short(info.get("severity"), 40),
        excerpt=_words.excerpt(
            info.get("description"), matcher, *_results(event), _first(event, "matched-at")
        ),
        position=position,
        epss=_words.probability(_json.obj(info.get("classification")).get("epss-score")),
    )


def _first(values: dict[str, Any], *names: str) -> str:
    return next(filter(None, (_words.short(values.get(name)) for name in names)), "")


def _asset(event: dict[str, Any], place: str) -> Seen:
    """The address that was scanned: a site, or a host with its port."""
    scheme = _scheme_and_host(place) or _scheme_and_host(_first(event, "host"))
    if scheme:
        return Seen("url", scheme, scheme)
    host = _first(event, "host", "ip") or place
    return _words.host(_bare(host), _bare(host))


def _bare(host: str) -> str:
    """A host without its port: example.org:22, [2001:db8::1]:22, 2001:db8::1."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def _scheme_and_host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not parts.netloc or parts.scheme not in ("http", "https", "ws", "wss"):
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _stable(address: str) -> str:
    """The address without its query, which carries today's payload."""
    return address.partition("?")[0].partition("#")[0]


def _results(event: dict[str, Any]) -> list[Any]:
    found = event.get("extracted-results", event.get("extracted_results"))
    return _json.arr(found)[:10]


def _refs(rule: str, info: dict[str, Any]) -> tuple[str, ...]:
    classes = _json.obj(info.get("classification"))
    return _words.refs(
        [f"nuclei:{rule}"],
        _words.cves(rule, *_listed(classes, "cve-id"), *_listed(info, "reference")),
        _words.cwes(*_listed(classes, "cwe-id")),
    )


def _listed(values: dict[str, Any], key: str) -> list[Any]:
    found = values.get(key)
    return found if isinstance(found, list) else [found]
