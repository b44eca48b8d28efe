"""InSpec's JSON, and the Heimdall Data Format, into which MITRE SAF turns other tools' output."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "hdf"
LABEL = "InSpec / HDF JSON"
TOOL = "inspec"

_CONTROLS = r"(?:profiles\.item\.)?controls\.item"
_FACTS = r"platform|version|statistics|target|passthrough"
_WORST = ("error", "failed", "passed", "skipped")
_OUTCOMES = {
    "error": Outcome.ERROR,
    "failed": Outcome.FAIL,
    "passed": Outcome.PASS,
    # Skipped checks could not run or wait for a person.
    "skipped": Outcome.MANUAL,
}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        return 0
    keys = _json.keys(head)
    if {"profiles", "platform"} <= keys and keys & {"controls", "statistics", "version"}:
        return 85
    if {"controls", "code_desc"} <= keys or {"controls", "statistics", "status"} <= keys:
        return 80
    return 60 if {"profiles", "controls", "impact"} <= keys else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    facts = _json.tops(stream, _FACTS, ignored="profiles")
    asset = _asset(_json.obj(facts.get("platform")), (options or Options()).asset)
    times = _words.Span()
    merged, overlaid = _Minimal(), _Overlaid()
    for leaf in _json.leaves(stream, _CONTROLS):
        position = f"record {leaf.index}"
        if not isinstance(leaf.value, dict):
            yield Problem(position, reasons.NOT_AN_OBJECT, _words.short(leaf.value))
        elif merged.takes(leaf.value, position) or overlaid.takes(leaf.value, position):
            continue
        else:
            for time in _times(leaf.value):
                times.add(time)
            yield _control(asset, leaf.value, position)
    for control, position in [*merged.controls.values(), *overlaid.left()]:
        yield _control(asset, control, position)
    yield Run(
        format=FORMAT,
        tool="InSpec / HDF",
        tool_version=_words.short(facts.get("version"), 60),
        started_at=times.first,
        finished_at=times.last,
        targets=(asset,),
        skipped={"controls of overlays": overlaid.skipped} if overlaid.skipped else {},
    )


class _Overlaid:
    """A profile that wraps another repeats its controls, and results stand in one of the two."""

    def __init__(self) -> None:
        self.checked: set[str] = set()
        self.empty: dict[str, tuple[dict[str, Any], str]] = {}
        self.skipped = 0

    def takes(self, control: dict[str, Any], position: str) -> bool:
        name = _words.short(control.get("id"), 200)
        if _json.arr(control.get("results")) or not name:
            self.checked.add(name)
            return False
        if name in self.empty:
            self.skipped += 1
        else:
            self.empty[name] = control, position
        return True

    def left(self) -> list[tuple[dict[str, Any], str]]:
        """Controls without results anywhere."""
        found = [each for name, each in self.empty.items() if name not in self.checked]
        self.skipped += len(self.empty) - len(found)
        return found


class _Minimal:
    """The minimal reporter writes a line a result: results of one control are put together."""

    def __init__(self) -> None:
        self.controls: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}

    def takes(self, value: dict[str, Any], position: str) -> bool:
        if "results" in value or "status" not in value or "impact" in value:
            return False
        name = _words.short(value.get("id"))
        key = (_words.short(value.get("profile_id")), name)
        control, _first = self.controls.setdefault(key, ({"id": name, "results": []}, position))
        control["results"].append(value)
        return True


def _asset(platform: dict[str, Any], chosen: str) -> Seen:
    name = chosen or _words.short(platform.get("target_id")) or _words.short(platform.get("name"))
    return _words.host("", name or "unknown")


def _times(control: dict[str, Any]) -> list[datetime]:
    results = _json.arr(control.get("results"))
    found = (_words.moment(_json.obj(r).get("start_time")) for r in results)
    return [time for time in found if time]


def _control(asset: Seen, control: dict[str, Any], position: str) -> Record:
    rule = _words.short(control.get("id"), 200)
    if not rule:
        return Problem(position, reasons.NO_RULE, _words.short(control.get("title")))
    results = [_json.obj(r) for r in _json.arr(control.get("results"))]
    status = _status(results)
    if status not in _OUTCOMES and results:
        return Problem(position, reasons.UNKNOWN_OUTCOME, _words.short(f"{rule} {status}"))
    outcome = _outcome(control, results, status)
    texts = [_said(r) for r in results if _words.text(r.get("status")) == status][:10]
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(control.get("title")) or rule,
        asset=asset,
        refs=_refs(rule, _json.obj(control.get("tags"))),
        severity=_severity(control),
        tool_severity=_words.short(control.get("impact"), 40),
        excerpt=_words.excerpt(*texts),
        position=position,
        suspicious=_words.suspicious(outcome, *texts),
    )


def _status(results: list[dict[str, Any]]) -> str:
    """The worst of a control's results; with none of the known words, the first one."""
    words = [_words.text(r.get("status")).casefold() for r in results]
    if any(r.get("backtrace") for r in results):
        words.append("error")
    return next((word for word in _WORST if word in words), next(iter(words), ""))


def _outcome(control: dict[str, Any], results: list[dict[str, Any]], status: str) -> Outcome:
    if _words.text(_json.obj(control.get("waiver_data")).get("skipped_due_to_waiver")) or (
        _json.obj(control.get("waiver_data")).get("skipped_due_to_waiver") is True
    ):
        return Outcome.SUPPRESSED
    if not results:
        return Outcome.MANUAL
    # An impact of none marks a control that does not apply, by InSpec's convention.
    impact = _words.text(control.get("impact"))
    if impact in ("0", "0.0", "none") and status != "failed":
        return Outcome.NOT_APPLICABLE
    return _OUTCOMES[status]


def _said(result: dict[str, Any]) -> str:
    parts = (result.get(key) for key in ("code_desc", "message", "skip_message", "exception"))
    return "\n".join(filter(None, (_words.text(p)[:2000] for p in parts)))


def _severity(control: dict[str, Any]) -> Severity:
    """InSpec's impact is a number from 0 to 1, or a word."""
    impact = _words.text(control.get("impact"))
    try:
        return _words.severity_of_score(float(impact) * 10)
    except ValueError:
        return _words.severity(impact, Severity.MEDIUM)


def _refs(rule: str, tags: dict[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    # "Rev_5" stands among the numbers of NIST's catalogue, and is none.
    found += _words.nist(*_listed(tags, "nist"))
    found += [f"cci:{_words.short(n, 40)}" for n in _listed(tags, "cci") if n]
    texts = [*_listed(tags, "cve"), *_listed(tags, "cwe"), *_listed(tags, "cweid")]
    cis = [f"cis:{_words.short(n, 40)}" for n in _listed(tags, "cis_rid") if n]
    cces = [f"cce:{word}" for word in _listed(tags, "cce") if isinstance(word, str)]
    return _words.refs(
        [f"inspec:{rule}"], found, cces, cis, _words.cves(*texts), _words.cwes(*texts)
    )


def _listed(tags: dict[str, Any], key: str) -> list[Any]:
    found = tags.get(key)
    return found if isinstance(found, list) else [found]
