"""Burp Suite's XML of issues."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "burp"
LABEL = "Burp XML"
TOOL = "burp"

_LEAVES = frozenset({"issue"})
_TAG = re.compile(r"<[^>]{0,500}>")
SHOWN_REQUEST = 1200  # base64 letters of a request that are looked at: its first lines


def sniff(head: bytes) -> int:
    if _xml.root(head)[1] != "issues":
        return 0
    return 100 if b"burpVersion" in head or b"<serialNumber" in head else 40


# No `covers`: what Burp exports is what somebody selected, so absence proves nothing.


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    facts: dict[str, str] = {}
    targets: dict[Seen, None] = {}
    whole = True
    try:
        for event, element in _xml.walk(stream, _LEAVES):
            if event == "start" and _xml.name(element) == "issues":
                facts = dict(element.attrib)
            elif event == "leaf":
                record = _record(element)
                if isinstance(record, Row):
                    targets[record.asset] = None
                yield record
    except _xml.CutOff as fault:
        if not targets:
            raise _errors.broken_xml() from fault
        whole = False
        yield Problem("", reasons.CUT_OFF)
    yield Run(
        format=FORMAT,
        tool="Burp Suite",
        tool_version=_words.short(facts.get("burpVersion", ""), 60),
        finished_at=_exported(facts.get("exportTime", "")),
        complete=whole,
        targets=tuple(targets),
    )


def _exported(word: str) -> datetime | None:
    """Tue Mar 09 22:55:00 KST 2026; the name of the zone is not read."""
    parts = word.split()
    if len(parts) == 6:
        del parts[4]
    try:
        return datetime.strptime(" ".join(parts), "%a %b %d %H:%M:%S %Y").replace(
            tzinfo=_words.SEOUL
        )
    except ValueError:
        return None


def _record(issue: _xml.Element) -> Record:
    rule = _words.short(_xml.child_words(issue, "type") or _xml.child_words(issue, "name"), 200)
    asset = _asset(issue)
    if not rule or asset is None:
        reason = reasons.NO_ASSET if rule else reasons.NO_RULE
        return Problem(_xml.line(issue), reason, _words.short(_xml.child_words(issue, "name")))
    word = _words.short(_xml.child_words(issue, "severity"), 40)
    confidence = _words.short(_xml.child_words(issue, "confidence"), 40)
    location = _words.short(_xml.child_words(issue, "location"))
    path = _words.short(_xml.child_words(issue, "path"))
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if word.casefold() == "false positive" else Outcome.FAIL,
        rule=rule,
        title=_words.short(_xml.child_words(issue, "name")) or rule,
        asset=asset,
        location=_words.mask(location or path),
        place=(path.partition("?")[0], location.partition("?")[0]),
        refs=_refs(rule, issue),
        severity=_words.severity(word, Severity.INFO),
        tool_severity=" / ".join(filter(None, [word, confidence])),
        excerpt=_words.excerpt(_text(issue, "issueDetail"), _request(issue)),
        position=_xml.line(issue),
    )


def _asset(issue: _xml.Element) -> Seen | None:
    host = _xml.child(issue, "host")
    if host is None:
        return None
    address = _words.short(_xml.words(host)) or _words.short(host.get("ip", ""))
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc:
        site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        return Seen("url", site, site)
    return _words.host(address, address) if address else None


def _text(issue: _xml.Element, name: str) -> str:
    return _TAG.sub("", _xml.child_words(issue, name)[:8000])


def _request(issue: _xml.Element) -> str:
    """The first line of the first request. The rest holds cookies and people's data."""
    pair = _xml.child(issue, "requestresponse")
    request = None if pair is None else _xml.child(pair, "request")
    if request is None:
        return ""
    words = (request.text or "")[:SHOWN_REQUEST].strip()
    if request.get("base64") == "true":
        try:
            words = base64.b64decode(words[: len(words) // 4 * 4]).decode("utf-8", "replace")
        except ValueError:
            return ""
    return words.partition("\n")[0].strip()[:300]


def _refs(rule: str, issue: _xml.Element) -> tuple[str, ...]:
    texts = [
        _xml.child_words(issue, key)[:20_000]
        for key in ("vulnerabilityClassifications", "references", "issueDetail")
    ]
    return _words.refs([f"burp:{rule}"], _words.cwes(texts[0]), _words.cves(*texts))
