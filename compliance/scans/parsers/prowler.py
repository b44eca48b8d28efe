"""Prowler: OCSF JSON of the versions 3 to 5, its own JSON of version 3, and the CSV of all three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from compliance.scans import reasons
from compliance.scans.parsers import _json, _text, _words
from compliance.scans.records import Options, Outcome, Problem, Record, Row, Run, Seen
from compliance.shared.severity import Severity

FORMAT = "prowler"
LABEL = "Prowler OCSF / CSV"
TOOL = "prowler"

_OUTCOMES = {"PASS": Outcome.PASS, "FAIL": Outcome.FAIL, "MANUAL": Outcome.MANUAL}
# OCSF's own words, which version 3 used alone: "Other" is muted, "Unknown" waits for a person.
_OCSF_STATUS = {"SUCCESS": "PASS", "FAILURE": "FAIL", "UNKNOWN": "MANUAL", "OTHER": "MUTED"}
# Names of frameworks in `unmapped.compliance` → namespace of references.
_FRAMEWORKS = (("KISA-ISMS-P-2023", "ismsp2023"), ("NIST-800-53", "nist80053"))


# Columns of version 3 → those of version 4 and later.
_OLD_COLUMNS = {
    "account_id": "account_uid",
    "subscription": "account_uid",
    "project_id": "account_uid",
    "context": "account_uid",
    "tenant_domain": "account_organization_name",
    "resource_id": "resource_name",
    "resource_arn": "resource_uid",
    "assessment_start_time": "timestamp",
    "location": "region",
    "namespace": "region",
}
_WORDS = {
    **_OUTCOMES,
    "INFO": Outcome.MANUAL,
    "UNKNOWN": Outcome.MANUAL,
    "MUTED": Outcome.SUPPRESSED,
    "WARNING": Outcome.SUPPRESSED,  # what version 3 writes of a failure in the allow list
}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        names = _names(_text.head_text(head[:16384]).partition("\n")[0])[1]
        return 90 if {"check_id", "status", "status_extended"} <= set(names) else 0
    keys = _json.keys(head)
    if {"CheckID", "Status", "StatusExtended"} <= keys:
        return 85
    named = {"event_code", "metadata"} <= keys or {"feature", "metadata", "finding"} <= keys
    return 85 if named and b"rowler" in head else 0


def parse(stream: BinaryIO, options: Options | None = None) -> Iterator[Record]:
    stream.seek(0)
    reader = _Reader()
    is_json = _json.looks_like_json(stream.read(4096))
    yield from reader.json(stream) if is_json else reader.csv(stream)
    yield reader.run()


class _Reader:
    def __init__(self) -> None:
        self.targets: dict[Seen, None] = {}
        self.version = ""
        self.times = _words.Span()

    def json(self, stream: BinaryIO) -> Iterator[Record]:
        for position, value in _events(stream):
            record = _record(value, position)
            if isinstance(record, Row):
                product = _json.obj(_json.obj(value.get("metadata")).get("product"))
                version = _words.short(product.get("version"), 60)
                when = value.get("time") or value.get("AssessmentStartTime")
                self._seen(record, version, _time(_words.text(when)))
            yield record

    def csv(self, stream: BinaryIO) -> Iterator[Record]:
        stream.seek(0)
        delimiter, names = _names(_text.head_text(stream.read(1 << 16)).partition("\n")[0])
        rows = _text.columns(stream, delimiter)
        next(rows, None)
        for number, cells in rows:
            position = f"line {number}"
            if cells is None or (any(cells) and len(cells) != len(names)):
                words = _words.mask(_words.short(";".join(cells or [])))
                yield Problem(position, reasons.BROKEN_LINE, words)
            elif any(cells):
                values = dict(zip(names, cells, strict=True))
                record = _csv_record(values, position)
                if isinstance(record, Row):
                    version = _words.short(values.get("prowler_version"), 60)
                    self._seen(record, version, _time(values.get("timestamp", "")))
                yield record

    def _seen(self, row: Row, version: str, time: datetime | None) -> None:
        self.targets[row.asset] = None
        self.version = version or self.version
        if time:
            self.times.add(time)

    def run(self) -> Run:
        return Run(
            format=FORMAT,
            tool="Prowler",
            tool_version=self.version,
            started_at=self.times.first,
            finished_at=self.times.last,
            targets=tuple(self.targets),
        )


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    """An array, lines, or one event alone."""
    if _json.is_lines(stream):
        for number, value in _json.by_line(stream):
            yield f"line {number}", value
        return
    for leaf in _json.leaves(stream, r"|item", arrays=False):
        yield f"record {leaf.index}", leaf.value


def _time(word: str) -> datetime | None:
    return _words.from_epoch(word) if word.isdecimal() else _words.moment(word)


def _names(line: str) -> tuple[str, list[str]]:
    """(delimiter, columns by their newer names). Version 3 has commas or semicolons."""
    delimiter = ";" if line.count(";") > line.count(",") else ","
    names = [cell.strip('" \r\ufeff').casefold() for cell in line.split(delimiter)]
    known = set(names)
    return delimiter, [
        new if (new := _OLD_COLUMNS.get(name)) and new not in known else name for name in names
    ]


def _csv_record(values: Mapping[str, str], position: str) -> Record:
    rule, word = _words.short(values.get("check_id")), _words.text(values.get("status")).upper()
    if not rule or word not in _WORDS:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{rule} {word}"))
    muted = _words.text(values.get("muted")).casefold() == "true"
    provider = _words.short(values.get("provider"), 20)
    account = _words.short(values.get("account_uid"), 100) or "?"
    name = _words.short(values.get("account_name"), 100)
    uid, region = _words.short(values.get("resource_uid")), _words.short(values.get("region"), 60)
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if muted else _WORDS[word],
        rule=rule,
        title=_words.short(values.get("check_title")) or rule,
        asset=Seen("cloud", f"{provider}/{account}", name or account),
        location=" · ".join(
            filter(None, [region, _words.short(values.get("resource_name")) or uid])
        ),
        place=(region, uid),
        refs=_words.refs(
            [f"prowler:{rule}"], _framework_refs(_unrolled(values.get("compliance", "")), provider)
        ),
        severity=_words.severity(values.get("severity"), Severity.LOW),
        tool_severity=_words.short(values.get("severity"), 40),
        excerpt=_words.excerpt(values.get("status_extended")),
        position=position,
    )


def _unrolled(words: str) -> dict[str, list[Any]]:
    """CIS-1.4: 2.1.1 | KISA-ISMS-P-2023: 2.5.1, 2.6.1 as name → numbers."""
    found: dict[str, list[Any]] = {}
    for part in words[:20_000].split(" | "):
        name, colon, numbers = part.partition(": ")
        if colon:
            found[name.strip()] = [number.strip() for number in numbers.split(",")]
    return found


def _record(event: Any, position: str) -> Record:
    if not isinstance(event, dict):
        return Problem(position, reasons.NOT_AN_OBJECT, _words.short(event))
    if "CheckID" in event:
        return _csv_record(_as_columns(event), position)
    rule, word = _check(event), _status(event)
    if not rule or word not in _WORDS:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{rule} {word}"))
    muted = _words.text(event.get("status")) == "Suppressed"
    outcome = Outcome.SUPPRESSED if muted else _WORDS[word]
    resource = _json.obj(next(iter(_json.arr(event.get("resources"))), None))
    uid, region = _words.short(resource.get("uid")), _words.short(resource.get("region"), 60)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_title(event) or rule,
        asset=_account(event),
        location=" · ".join(filter(None, [region, _words.short(resource.get("name")) or uid])),
        place=(region, uid),
        refs=_words.refs([f"prowler:{rule}"], _compliance(event)),
        severity=_words.severity(event.get("severity"), Severity.LOW),
        tool_severity=_words.short(event.get("severity"), 40),
        excerpt=_words.excerpt(event.get("status_detail") or event.get("message")),
        position=position,
    )


def _as_columns(event: dict[str, Any]) -> dict[str, str]:
    """A record of version 3's own JSON by the columns of the CSV."""
    told = {
        "check_id": "CheckID",
        "status": "Status",
        "check_title": "CheckTitle",
        "provider": "Provider",
        "region": "Region",
        "severity": "Severity",
        "status_extended": "StatusExtended",
    }
    values = {column: _words.text(event.get(key)) for column, key in told.items()}
    compliance = [
        f"{name}: {', '.join(_words.short(number, 40) for number in _json.arr(numbers))}"
        for name, numbers in _json.obj(event.get("Compliance")).items()
    ]
    return values | {
        "region": values["region"] or _first(event, "Location", "Namespace"),
        "account_uid": _first(event, "AccountId", "Subscription", "ProjectId", "Context"),
        "resource_uid": _first(event, "ResourceArn", "ResourceId"),
        "resource_name": _first(event, "ResourceName", "ResourceId"),
        "compliance": " | ".join(compliance),
    }


def _first(event: dict[str, Any], *keys: str) -> str:
    return next(filter(None, (_words.text(event.get(key)) for key in keys)), "")


def _check(event: dict[str, Any]) -> str:
    """The check, of a manual requirement without any check the requirement."""
    metadata = _json.obj(event.get("metadata"))
    feature = _json.obj(_json.obj(metadata.get("product")).get("feature"))
    found = _words.short(metadata.get("event_code")) or _words.short(feature.get("uid"))
    if found == "manual":
        return f"manual:{_words.short(_json.obj(event.get('finding_info')).get('title'), 200)}"
    return found


def _status(event: dict[str, Any]) -> str:
    word = _words.text(event.get("status_code")).upper()
    return word or _OCSF_STATUS.get(_words.text(event.get("status")).upper(), "")


def _title(event: dict[str, Any]) -> str:
    """Of a compliance finding (class 2003) that of the check: its own is the requirement's number."""
    checks = _json.arr(_json.obj(event.get("compliance")).get("checks"))
    of_check = _words.short(_json.obj(next(iter(checks), None)).get("name"))
    info = _json.obj(event.get("finding_info") or event.get("finding"))
    return of_check or _words.short(info.get("title"))


def _cloud(event: dict[str, Any]) -> dict[str, Any]:
    return _json.obj(event.get("cloud") or _json.obj(event.get("unmapped")).get("cloud"))


def _account(event: dict[str, Any]) -> Seen:
    cloud = _cloud(event)
    account = _json.obj(cloud.get("account"))
    provider = _words.short(cloud.get("provider"), 20)
    uid = _words.short(account.get("uid") or cloud.get("project_uid"), 100) or "?"
    return Seen("cloud", f"{provider}/{uid}", _words.short(account.get("name"), 100) or uid)


def _compliance(event: dict[str, Any]) -> list[str]:
    """Numbers of the frameworks we know, which Prowler attaches to each event."""
    provider = _words.short(_cloud(event).get("provider"), 20)
    named = _json.obj(_json.obj(event.get("unmapped")).get("compliance"))
    told = _json.obj(event.get("compliance"))
    numbers = _json.arr(told.get("requirements"))
    for standard in _json.arr(told.get("standards")):
        named = {**named, _words.short(standard, 80): numbers}
    if not named:  # version 3: ["CIS-1.4: 2.1.1, 2.1.2", …]
        named = _unrolled(" | ".join(_words.text(number) for number in numbers))
    return _framework_refs(named, provider)


def _framework_refs(compliance: Mapping[str, Any], provider: str) -> list[str]:
    frameworks = (*_FRAMEWORKS, ("CIS-", f"cis.{provider or 'cloud'}"))
    found: list[str] = []
    for name, numbers in compliance.items():
        for prefix, namespace in frameworks:
            if name.startswith(prefix) and namespace == "nist80053":
                found += _words.nist(*_json.arr(numbers))
            elif name.startswith(prefix):
                found += [f"{namespace}:{_words.short(n, 40)}" for n in _json.arr(numbers) if n]
    return found
