"""The log on its way out: as CSV for people, as JSON lines for machines. Written as it is read."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.audit.escaping import visible, visible_json
from compliance.audit.models import Entry
from compliance.shared.tables import neutral

_LOT = 1000


def as_csv(entries: QuerySet[Entry]) -> Iterator[bytes]:
    """Yield lots of lines; every cell is one line of text that no spreadsheet runs."""
    yield _csv([header()], "utf-8-sig")
    for lot in _lots(entries):
        yield _csv([_row(entry) for entry in lot], "utf-8")


def as_lines(entries: QuerySet[Entry]) -> Iterator[bytes]:
    for lot in _lots(entries):
        yield "".join(f"{line(entry)}\n" for entry in lot).encode()


FORMATS: dict[str, tuple[str, Callable[[QuerySet[Entry]], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/x-ndjson", as_lines),
}


def line(entry: Entry) -> str:
    """Return the entry as one line of JSON."""
    return visible_json(dumps(facts(entry)))


def dumps(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def facts(entry: Entry) -> dict[str, Any]:
    return {
        "organisation": entry.organisation_id,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor_id": entry.actor_id,
        "actor": entry.actor_name,
        "action": entry.action,
        "target_kind": entry.target_kind,
        "target_id": entry.target_id,
        "target": entry.target_name,
        "data": entry.data,
        "request_id": entry.request_id,
        "address": entry.address,
        "user_agent": entry.user_agent,
        "previous": entry.previous,
        "digest": entry.digest,
    }


def header() -> list[str]:
    return [
        _("Number"),
        _("When"),
        _("Who"),
        _("Action"),
        _("What happened"),
        _("On what"),
        _("Details"),
        _("Address"),
        _("Request"),
        _("Program"),
        "SHA-256",
    ]


def _row(entry: Entry) -> list[str]:
    at = timezone.localtime(entry.at).isoformat(" ", "seconds")
    details = json.dumps(entry.data, ensure_ascii=False) if entry.data else ""
    cells = [entry.actor_name, entry.action, entry.sentence, entry.target_name, details]
    cells += [entry.address, entry.request_id, entry.user_agent, entry.digest]
    return [str(entry.seq), at, *(neutral(visible(cell)) for cell in cells)]


def _csv(rows: list[list[str]], encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def _lots(entries: QuerySet[Entry]) -> Iterator[list[Entry]]:
    """Read by number, lot after lot: no cursor stays open while a slow client reads."""
    last = 0
    while True:
        lot = list(entries.filter(seq__gt=last).order_by("seq")[:_LOT])
        if not lot:
            return
        yield lot
        last = lot[-1].seq
