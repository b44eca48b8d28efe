"""What a requirement's statement and verdict have been, read from the audit stream."""

from datetime import datetime
from typing import NamedTuple

from compliance.audit.models import Entry
from compliance.audit.selectors import history
from compliance.requirements.actions import Action
from compliance.requirements.models import Assessment

VERSIONS = 500


class Version(NamedTuple):
    """One text that the statement has been: `number` counts from 1, the oldest."""

    number: int
    text: str
    by: str
    at: datetime

    @property
    def length(self) -> int:
        return len(self.text)


class Decision(NamedTuple):
    """One verdict that was signed, or came back when a bulk change was taken back."""

    verdict: str
    label: str
    reason: str
    by: str
    at: datetime
    taken_back: bool


def versions(assessment: Assessment) -> list[Version]:
    """Return every saved text, newest first."""
    rows = history(assessment).filter(action=Action.STATEMENT_WRITTEN)[:VERSIONS]
    entries = list(rows)
    return [
        Version(len(entries) - n, str(entry.data.get("after", "")), _name(entry), entry.at)
        for n, entry in enumerate(entries)
    ]


def decisions(assessment: Assessment) -> list[Decision]:
    """Return every verdict with its reason, newest first."""
    labels = dict(Assessment.Verdict.choices)
    told = [Action.VERDICT_SET, Action.TAKEN_BACK]
    rows = history(assessment).filter(action__in=told)[:VERSIONS]
    return [
        Decision(
            verdict=str(entry.data.get("after", "")),
            label=str(labels.get(entry.data.get("after", ""), "")),
            reason=str(entry.data.get("reason", "")),
            by=_name(entry),
            at=entry.at,
            taken_back=entry.action == Action.TAKEN_BACK,
        )
        for entry in rows
        if entry.data.get("after") != entry.data.get("before") or entry.action == Action.VERDICT_SET
    ]


def _name(entry: Entry) -> str:
    """The actor without the address, which the audit log itself shows."""
    return entry.actor_name.split(" <")[0]
