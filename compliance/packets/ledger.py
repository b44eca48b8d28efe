"""Write how a packet is being built while it is: its page shows it, and later its history."""

import time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.jobs.models import Job
from compliance.packets.models import Build, BuildState, Packet
from compliance.packets.render import Mark, Standing

_WRITE_AT_MOST_EVERY_SECONDS = 0.4


class Ledger:
    """The row of one building. Another attempt at the same job goes on in the same row."""

    def __init__(self, packet: Packet, job: Job) -> None:
        self._build, made = Build.objects.get_or_create(
            job=job,
            defaults={
                "organisation_id": packet.organisation_id,
                "packet": packet,
                "requested_by": job.requested_by or packet.requested_by,
            },
        )
        self._written_at = 0.0
        # What earlier attempts compiled stands in the store now, but was done for this building.
        self._before = _compiled(self._build.marks)
        if not made:
            self._write(state=BuildState.RUNNING, attempts=job.attempt, finished_at=None)

    def tell(self, standing: Standing) -> None:
        """Note how far the sections are, a few times a second at most, and when all are there."""
        early = time.monotonic() - self._written_at < _WRITE_AT_MOST_EVERY_SECONDS
        if early and standing.finished < len(standing.there):
            return
        self._written_at = time.monotonic()
        self._note(standing)

    def end(self, state: BuildState, **columns: Any) -> None:
        self._write(state=state, finished_at=timezone.now(), **columns)

    def _note(self, standing: Standing) -> None:
        columns: dict[str, Any] = {}
        if not self._build.sections:
            sections = standing.plan.sections
            columns["sections"] = [each.title or each.head or _("cover") for each in sections]
        marks = "".join(
            Mark.DONE if before == Mark.DONE else now
            for now, before in zip(
                standing.marks(), self._before.ljust(len(standing.there)), strict=False
            )
        )
        compiled = marks.count(Mark.DONE)
        helped = compiled - self._before.count(Mark.DONE) - standing.compiled
        self._write(marks=marks, compiled=compiled, helped=max(helped, 0), **columns)

    def _write(self, **columns: Any) -> None:
        Build.objects.filter(pk=self._build.pk).update(**columns)
        for name, value in columns.items():
            setattr(self._build, name, value)


def _compiled(marks: str) -> str:
    """Return *marks* with everything blank but what is done."""
    return "".join(mark if mark == Mark.DONE else " " for mark in marks)
