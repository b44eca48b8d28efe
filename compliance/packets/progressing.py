"""What the pages show of a building: how far it is now, and how the former ones went."""

from dataclasses import dataclass
from typing import Any

from compliance.accounts.models import User
from compliance.jobs.policies import check_can_cancel
from compliance.packets.models import Build, Edition, Freeze, Packet
from compliance.packets.render import Mark
from compliance.packets.showing import Row
from compliance.shared.errors import why_not

# As many names of the sections before and after those under way are shown.
_NEIGHBOURS = 3
_HISTORY = 50


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a building by how they stand."""

    names: list[str]
    marks: str

    @property
    def total(self) -> int:
        return len(self.names)

    @property
    def there(self) -> int:
        return self.marks.count(Mark.THERE)

    @property
    def finished(self) -> int:
        return self.there + self.marks.count(Mark.DONE)

    @property
    def now(self) -> list[str]:
        return self._named(Mark.UNDER_WAY)[:8]

    @property
    def done(self) -> list[str]:
        """The last ones that were compiled, the newest first."""
        return self._named(Mark.DONE)[: -_NEIGHBOURS - 1 : -1]

    @property
    def next(self) -> list[str]:
        return self._named(Mark.WAITING)[:_NEIGHBOURS]

    def _named(self, wanted: str) -> list[str]:
        return [name for name, mark in zip(self.names, self.marks, strict=False) if mark == wanted]


def underway(packet: Packet, user: User) -> dict[str, Any]:
    """Return what the box of a building shows."""
    return {
        "packet": packet,
        "job": packet.job,
        "organisation": packet.organisation,
        "application": packet.freeze.round.application,
        "freeze": packet.freeze,
        "edition_label": Edition(packet.edition).label,
        **_standing(packet, user),
    }


def with_progress(row: Row, user: User) -> dict[str, Any]:
    """Return a row of the editions with how far its building is."""
    packet = row.packet
    more = _standing(packet, user) if packet and packet.is_under_way else {}
    return {"edition": row.edition, "packet": packet, **more}


def _standing(packet: Packet, user: User) -> dict[str, Any]:
    build = Build.objects.filter(job=packet.job).first() if packet.job else None
    return {
        "sections": Sections(build.sections, build.marks) if build and build.marks else None,
        "why_not_cancel": why_not(check_can_cancel, packet.job, user),
    }


def history(freeze: Freeze) -> list[Build]:
    """Return the buildings of a frozen round, the newest first."""
    rows = Build.objects.filter(packet__freeze=freeze).select_related(
        "job", "requested_by", "packet"
    )
    return list(rows[:_HISTORY])
