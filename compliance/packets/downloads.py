"""Who took a packet away: read from the audit stream, which nobody can change."""

from dataclasses import dataclass
from datetime import datetime

from compliance.audit.models import Entry
from compliance.packets.actions import Action
from compliance.packets.models import Freeze, Packet

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Download:
    """One time that somebody took a file; *recipient* of a marked copy, else ""."""

    at: datetime
    by: str
    name: str
    sha256: str
    recipient: str


def of(freeze: Freeze) -> tuple[list[Download], int]:
    """Return the newest downloads of all editions, and how many there were; two queries."""
    packets = Packet.objects.filter(freeze=freeze).values_list("pk", flat=True)
    rows = Entry.objects.filter(
        organisation_id=freeze.organisation_id,
        target_kind=Packet._meta.label_lower,
        target_id__in=[*packets],
        action__in=[Action.DOWNLOADED, Action.COPY_DOWNLOADED],
    ).order_by("-seq")
    shown = [_download(each) for each in rows[: SHOWN + 1]]
    total = len(shown) if len(shown) <= SHOWN else rows.count()
    return shown[:SHOWN], total


def _download(entry: Entry) -> Download:
    told = entry.data
    return Download(
        entry.at,
        entry.actor_name.partition(" <")[0],
        str(told.get("name", "")),
        str(told.get("sha256", "")),
        str(told.get("recipient", "")),
    )
