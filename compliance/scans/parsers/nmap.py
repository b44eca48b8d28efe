"""Nmap XML (`nmap -oX`)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from typing import BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _errors, _words, _xml
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.numbers import whole
from compliance.shared.severity import Severity

FORMAT = "nmap"
LABEL = "Nmap XML"
TOOL = "nmap"
LAST_PORT = 65535

_LEAVES = frozenset({"host", "scaninfo", "finished"})
_STATES = {
    "open": Outcome.FAIL,
    "closed": Outcome.PASS,
    "filtered": Outcome.PASS,
    # Nmap could not tell these from open ones; a person has to.
    "open|filtered": Outcome.MANUAL,
    "closed|filtered": Outcome.PASS,
    "unfiltered": Outcome.MANUAL,
}
# `vulners` prints "  <id> <score> <link>" per line; ids are CVE, GHSA, EDB-ID and others.
_VULNERS_LINE = re.compile(
    r"^\s*([A-Z0-9][\w:.-]+)\s+(\d{1,2}(?:\.\d+)?)\s+https?://\S+", re.MULTILINE
)


def sniff(head: bytes) -> int:
    return 100 if _xml.root(head)[1] == "nmaprun" else 0


def covers(scope: Collection[str], rule: str, place: tuple[str, ...]) -> bool:
    """A port that was in the scanned range and is not listed open is not open any more.

    A script's finding is gone only if the same script ran again.
    """
    protocol, _slash, number = (place[0] if place else "").partition("/")
    if not _in_ranges(scope, protocol, whole(number, default=-1)):
        return False
    script = place[1] if len(place) > 1 else ""
    return not script or f"script:{script}" in scope


def _in_ranges(scope: Collection[str], protocol: str, port: int) -> bool:
    for entry in scope:
        kind, _colon, span = entry.partition(":")
        low, _dash, high = span.partition("-")
        first = whole(low, default=LAST_PORT + 1)
        if kind == protocol and port >= 0 and first <= port <= whole(high or low, default=-1):
            return True
    return False


class _Reader:
    """Gathers the facts of the run while hosts go by."""

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}
        self.scope: list[str] = []
        self.targets: list[Seen] = []
        self.scripts: set[str] = set()
        self.exit = ""
        self.finished = ""
        self.ended = False
        self.unlisted: dict[str, int] = {}

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        try:
            for event, element in _xml.walk(stream, _LEAVES):
                yield from self._element(event, element)
        except _xml.CutOff as fault:
            if not self.targets:  # nothing was read before the damage
                raise _errors.broken_xml() from fault
            yield Problem("", reasons.CUT_OFF)
        yield self.run()

    def _element(self, event: str, element: _xml.Element) -> Iterator[Record]:
        local = _xml.name(element)
        if local == "nmaprun":
            self.attributes = dict(element.attrib)
            self.ended = event == "end" or self.ended
        elif event == "leaf" and local == "host":
            yield from self._host(element)
        elif event == "leaf" and local == "scaninfo":
            spans = element.get("services", "").split(",")
            self.scope += [f"{element.get('protocol', '')}:{span}" for span in spans if span]
        elif event == "leaf" and local == "finished":
            self.exit = element.get("exit", "success")
            self.finished = element.get("time", "")

    def run(self) -> Run:
        return Run(
            format=FORMAT,
            tool="Nmap",
            tool_version=_words.short(self.attributes.get("version", "")),
            started_at=_words.from_epoch(self.attributes.get("start")),
            finished_at=_words.from_epoch(self.finished),
            complete=self.ended and self.exit == "success",
            targets=tuple(self.targets),
            scope=(*self.scope, *(f"script:{script}" for script in sorted(self._asked()))),
            skipped=self.unlisted,
        )

    def _asked(self) -> set[str]:
        """Scripts that ran: those seen in output, and those named on the command line."""
        try:
            arguments = shlex.split(self.attributes.get("args", ""))
        except ValueError:
            arguments = []
        named = {re.sub(r".*/|\.nse$", "", part) for a in arguments for part in re.split("[=,]", a)}
        return self.scripts | (named & {"vulners"})

    def _host(self, host: _xml.Element) -> Iterator[Record]:
        status = _xml.child(host, "status")
        if status is not None and status.get("state") == "down":
            self._skip("hosts down")
            return
        asset = _asset(host)
        if asset is None:
            yield Problem(_xml.line(host), reasons.NO_ADDRESS)
            return
        self.targets.append(asset)
        for ports in _xml.children(host, "ports"):
            self._unlisted(ports)
            for port in _xml.children(ports, "port"):
                yield from self._port(asset, port)
        for scripts in _xml.children(host, "hostscript"):
            for script in _xml.children(scripts, "script"):
                rows = list(self._script(asset, "", script))
                if not rows:  # what it prints is no verdict, and belongs to no port
                    self._skip("script outputs")
                yield from rows

    def _skip(self, what: str, count: int = 1) -> None:
        self.unlisted[what] = self.unlisted.get(what, 0) + count

    def _unlisted(self, ports: _xml.Element) -> None:
        """Nmap sums up ports of the commonest states; they are counted, not listed."""
        for extra in _xml.children(ports, "extraports"):
            count = extra.get("count", "")
            if count.isdecimal() and len(count) < 10:
                self._skip(f"{extra.get('state', '')} ports", int(count))

    def _port(self, asset: Seen, port: _xml.Element) -> Iterator[Record]:
        number, protocol = port.get("portid", ""), port.get("protocol", "").lower()
        outcome = _STATES.get(_state(port))
        if not 0 <= whole(number, default=-1) <= LAST_PORT:
            yield Problem(_xml.line(port), reasons.BAD_PORT, _words.short(number))
        elif outcome is None:
            yield Problem(_xml.line(port), reasons.UNKNOWN_OUTCOME, f"{number}/{protocol}")
        else:
            yield _port_row(asset, port, f"{int(number)}/{protocol}", outcome)
            for script in _xml.children(port, "script"):
                yield from self._script(asset, f"{int(number)}/{protocol}", script)

    def _script(self, asset: Seen, port: str, script: _xml.Element) -> Iterator[Row]:
        name = script.get("id", "")
        self.scripts.add(name)
        if name == "vulners":
            yield from _vulners(asset, port, script)
        else:
            yield from _vulnerable(asset, port, script)


def _asset(host: _xml.Element) -> Seen | None:
    """The host by its IP address, v4 before v6, else by its name."""
    addresses = {a.get("addrtype"): a.get("addr", "") for a in _xml.children(host, "address")}
    names = [
        found.get("name", "")
        for group in _xml.children(host, "hostnames")
        for found in _xml.children(group, "hostname")
    ]
    address = addresses.get("ipv4") or addresses.get("ipv6") or ""
    name = next(filter(None, names), "")
    return _words.host(address, name) if address or name else None


def _place(port: str, script: str = "") -> tuple[str, ...]:
    number, _slash, protocol = port.partition("/")
    return (f"{protocol}/{number}", script) if script else (f"{protocol}/{number}",)


def _state(port: _xml.Element) -> str:
    state = _xml.child(port, "state")
    return "" if state is None else str(state.get("state", ""))


def _port_row(asset: Seen, port: _xml.Element, label: str, outcome: Outcome) -> Row:
    service = _xml.child(port, "service")
    facts = {} if service is None else dict(service.attrib)
    name = _words.short(facts.get("name", ""), 60)
    cpes = [] if service is None else [_xml.words(c) for c in _xml.children(service, "cpe")]
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=f"port:{label}",
        title=f"Port {label} ({name})" if name else f"Port {label}",
        asset=asset,
        location=label,
        place=_place(label),
        refs=_words.refs(
            [f"nmap.port:{label}"],
            [f"nmap.service:{name}"] if name else [],
            [f"cpe:{_words.short(cpe)}" for cpe in cpes],
        ),
        severity=Severity.INFO,
        excerpt=_port_excerpt(port, facts, _state(port)),
        position=_xml.line(port),
    )


def _port_excerpt(port: _xml.Element, facts: dict[str, str], state: str) -> str:
    product = " ".join(facts.get(key, "") for key in ("product", "version", "extrainfo")).strip()
    outputs = [
        f"{script.get('id', '')}: {script.get('output', '')[:500].strip()}"
        for script in _xml.children(port, "script")
        if script.get("id") != "vulners"
    ]
    return _words.excerpt(f"{state} {product}".strip(), *outputs)


def _vulners(asset: Seen, port: str, script: _xml.Element) -> Iterator[Row]:
    for identifier, score in _VULNERS_LINE.findall(script.get("output", "")):
        yield Row(
            tool=TOOL,
            outcome=Outcome.FAIL,
            rule=identifier,
            title=identifier,
            asset=asset,
            location=port,
            place=_place(port, "vulners"),
            refs=_words.refs(_words.cves(identifier), ["nmap.script:vulners"]),
            severity=_words.severity_of_score(score),
            tool_severity=score,
            excerpt=_words.excerpt(f"{identifier} CVSS {score}"),
            position=_xml.line(script),
        )


def _vulnerable(asset: Seen, port: str, script: _xml.Element) -> Iterator[Row]:
    """Scripts of Nmap's `vulns` library report a table per vulnerability with a state."""
    for table in script.iter("table"):
        facts = {e.get("key"): _xml.words(e) for e in _xml.children(table, "elem")}
        state = facts.get("state", "").upper()
        if state.startswith(("VULNERABLE", "LIKELY VULNERABLE", "NOT VULNERABLE")):
            yield _library_row(asset, port, script, facts)


def _library_row(asset: Seen, port: str, script: _xml.Element, facts: dict[str | None, str]) -> Row:
    failed = not facts.get("state", "").upper().startswith("NOT")
    name = script.get("id", "")
    return Row(
        tool=TOOL,
        outcome=Outcome.FAIL if failed else Outcome.PASS,
        rule=f"script:{name}",
        title=_words.short(facts.get("title") or name),
        asset=asset,
        location=port,
        place=_place(port, name) if port else ("host", name),
        refs=_words.refs([f"nmap.script:{name}"], _words.cves(script.get("output", ""))),
        severity=Severity.HIGH if failed else Severity.INFO,
        tool_severity=_words.short(facts.get("state", "")),
        excerpt=_words.excerpt(script.get("output", "")),
        position=_xml.line(script),
    )


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    yield from _Reader().records(stream)
