"""Who took a packet away: read from the audit stream, which nobody can change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from compliance.audit.models import Entry
from compliance.packets.actions import Action
from compliance.packets.models import Freeze, Packet

SHOWN = 50
# Given a frozen round, the entries of its packets that were taken away.
Source = Callable[[Freeze], QuerySet[Entry]]


@dataclass(frozen=True, slots=True)
class Download:
    """One time that somebody took a file; *recipient* of a marked copy, else ""."""

    at: datetime
    by: str
    name: str
    sha256: str
    recipient: str


def register(source: Source) -> None:
    """Let a room above tell of packets that it hands out."""
    _sources.append(source)


def of(freeze: Freeze) -> tuple[list[Download], int]:
    """Return the newest downloads of all editions, and how many there were; two queries a source."""
    found: list[Entry] = []
    total = 0
    for source in _sources:
        rows = source(freeze).order_by("-seq")
        newest = list(rows[: SHOWN + 1])
        found += newest
        total += len(newest) if len(newest) <= SHOWN else rows.count()
    found.sort(key=lambda entry: -entry.seq)
    return [_download(each) for each in found[:SHOWN]], total


def _taken(freeze: Freeze) -> QuerySet[Entry]:
    return Entry.objects.filter(
        organisation_id=freeze.organisation_id,
        target_kind=Packet._meta.label_lower,
        target_id__in=[*freeze.packets.values_list("pk", flat=True)],
        action__in=[Action.DOWNLOADED, Action.COPY_DOWNLOADED],
    )


def _download(entry: Entry) -> Download:
    told = entry.data
    return Download(
        entry.at,
        entry.actor_name.partition(" <")[0],
        str(told.get("name", "")),
        str(told.get("sha256", "")),
        str(told.get("recipient", "")),
    )


_sources: list[Source] = [_taken]
