"""What an entry's digest covers, and the check of a whole chain."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.serializers.json import DjangoJSONEncoder

from compliance.audit.models import Entry

COVERED = [
    "organisation_id",
    "seq",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "target_kind",
    "target_id",
    "target_name",
    "data",
    "request_id",
    "address",
    "user_agent",
    "previous",
]


def digest(entry: Entry) -> str:
    """Return the SHA-256 (hex) of the entry's canonical JSON, which names the digest before it."""
    covered = {name: getattr(entry, name) for name in COVERED}
    # Through UTC and full microseconds, so that both databases give back the same text.
    covered["at"] = f"{entry.at.timestamp():.6f}"
    text = json.dumps(
        covered, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of one chain found; *broken* names the first bad entry, or is empty."""

    organisation_id: int
    entries: int
    head: str
    broken: str = ""


def verify(organisation_id: int, entries: Iterable[Entry], head: tuple[int, str] | None) -> Report:
    """Check *entries* (ascending by seq) against each other and against the kept *head*."""
    count, previous = 0, ""
    try:
        for entry in entries:
            count += 1
            fault = _fault(entry, count, previous)
            if fault:
                return Report(organisation_id, count, previous, fault)
            previous = entry.digest
    except (AttributeError, TypeError, ValueError) as error:
        # What was forged need not be a time or JSON; rows come in lots, so which one is not known.
        unreadable = f"an entry after entry {count} cannot be read ({error})"
        return Report(organisation_id, count, previous, unreadable)
    if head is None:
        return Report(organisation_id, count, previous, "the head of the chain is missing")
    if (count, previous) != head:
        missing = f"the chain ends at entry {count}, but entry {head[0]} was written"
        return Report(organisation_id, count, previous, missing)
    return Report(organisation_id, count, previous)


def _fault(entry: Entry, number: int, previous: str) -> str:
    if entry.seq != number:
        return f"entry {number} is missing"
    if entry.previous != previous:
        return f"entry {number} does not follow entry {number - 1}"
    if entry.digest != digest(entry):
        return f"entry {number} ({entry.action}) was altered"
    return ""
