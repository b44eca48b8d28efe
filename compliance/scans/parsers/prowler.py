"""Prowler: OCSF JSON, and the CSV of the versions 3 to 5."""

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
_CSV_OUTCOMES = {
    **_OUTCOMES,
    "INFO": Outcome.MANUAL,
    "MUTED": Outcome.SUPPRESSED,
    "WARNING": Outcome.SUPPRESSED,  # what version 3 writes of a failure in the allow list
}


def sniff(head: bytes) -> int:
    if not _json.looks_like_json(head):
        names = _names(_text.head_text(head[:16384]).partition("\n")[0])[1]
        return 90 if {"check_id", "status", "status_extended"} <= set(names) else 0
    keys = _json.keys(head)
    return 85 if {"event_code", "metadata"} <= keys and b"rowler" in head else 0


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
        self.times: list[datetime] = []

    def json(self, stream: BinaryIO) -> Iterator[Record]:
        for leaf in _json.leaves(stream, "item"):
            record = _record(leaf.value, f"record {leaf.index}")
            if isinstance(record, Row):
                product = _json.obj(_json.obj(leaf.value.get("metadata")).get("product"))
                version = _words.short(product.get("version"), 60)
                self._seen(record, version, _words.from_epoch(leaf.value.get("time")))
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
            self.times = [min([time, *self.times]), max([time, *self.times])]

    def run(self) -> Run:
        return Run(
            format=FORMAT,
            tool="Prowler",
            tool_version=self.version,
            started_at=self.times[0] if self.times else None,
            finished_at=self.times[-1] if self.times else None,
            targets=tuple(self.targets),
        )


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
    if not rule or word not in _CSV_OUTCOMES:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{rule} {word}"))
    muted = _words.text(values.get("muted")).casefold() == "true"
    provider = _words.short(values.get("provider"), 20)
    account = _words.short(values.get("account_uid"), 100) or "?"
    name = _words.short(values.get("account_name"), 100)
    uid, region = _words.short(values.get("resource_uid")), _words.short(values.get("region"), 60)
    return Row(
        tool=TOOL,
        outcome=Outcome.SUPPRESSED if muted else _CSV_OUTCOMES[word],
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
    rule = _words.short(_json.obj(event.get("metadata")).get("event_code"))
    word = _words.text(event.get("status_code")).upper()
    if not rule or word not in _OUTCOMES:
        reason = reasons.UNKNOWN_OUTCOME if rule else reasons.NO_RULE
        return Problem(position, reason, _words.short(f"{rule} {word}"))
    muted = _words.text(event.get("status")) == "Suppressed"
    outcome = Outcome.SUPPRESSED if muted else _OUTCOMES[word]
    info = _json.obj(event.get("finding_info"))
    resource = _json.obj(next(iter(_json.arr(event.get("resources"))), None))
    uid, region = _words.short(resource.get("uid")), _words.short(resource.get("region"), 60)
    return Row(
        tool=TOOL,
        outcome=outcome,
        rule=rule,
        title=_words.short(info.get("title")) or rule,
        asset=_account(event),
        location=" · ".join(filter(None, [region, _words.short(resource.get("name")) or uid])),
        place=(region, uid),
        refs=_words.refs([f"prowler:{rule}"], _compliance(event)),
        severity=_words.severity(event.get("severity"), Severity.LOW),
        tool_severity=_words.short(event.get("severity"), 40),
        excerpt=_words.excerpt(event.get("status_detail") or event.get("message")),
        position=position,
    )


def _account(event: dict[str, Any]) -> Seen:
    cloud = _json.obj(event.get("cloud"))
    account = _json.obj(cloud.get("account"))
    provider = _words.short(cloud.get("provider"), 20)
    uid = _words.short(account.get("uid"), 100) or "?"
    return Seen("cloud", f"{provider}/{uid}", _words.short(account.get("name"), 100) or uid)


def _compliance(event: dict[str, Any]) -> list[str]:
    """Numbers of the frameworks we know, which Prowler attaches to each event."""
    provider = _words.short(_json.obj(event.get("cloud")).get("provider"), 20)
    return _framework_refs(_json.obj(_json.obj(event.get("unmapped")).get("compliance")), provider)


def _framework_refs(compliance: Mapping[str, Any], provider: str) -> list[str]:
    frameworks = (*_FRAMEWORKS, ("CIS-", f"cis.{provider or 'cloud'}"))
    found: list[str] = []
    for name, numbers in compliance.items():
        for prefix, namespace in frameworks:
            if name.startswith(prefix):
                found += [f"{namespace}:{_words.short(n, 40)}" for n in _json.arr(numbers) if n]
    return found
