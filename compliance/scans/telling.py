"""What an import says of itself while it reads: how many rows, how fast, how many put aside."""

from __future__ import annotations

import time
from typing import BinaryIO

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compliance.jobs.progress import Progress
from compliance.scans.records import Problem, Record

LOOK_EVERY = 200
SAY_EVERY_SECONDS = 0.5


class Teller:
    """Told of every record; writes to the job twice a second, for the text is new each time."""

    def __init__(self, progress: Progress | None, size: int) -> None:
        # In kilobytes: a file of three gigabytes has more bytes than the job's columns count.
        self.progress, self.size = progress, size >> 10
        self.rows = self.aside = 0
        self.began = self.said = time.monotonic()

    def tell(self, record: Record, stream: BinaryIO) -> None:
        """Count *record*; *stream* knows how far it is read. Raises Stop as Progress does."""
        self.rows += 1
        self.aside += isinstance(record, Problem)
        if self.progress is None or self.rows % LOOK_EVERY:
            return
        self.progress.check()
        now = time.monotonic()
        if now - self.said >= SAY_EVERY_SECONDS:
            self.said = now
            self.progress.step(min(stream.tell() >> 10, self.size), self.size, self.sentence(now))

    def matching(self) -> None:
        """Everything is read. Raises Stop as Progress does."""
        if self.progress is not None:
            phase = _("%(rows)s rows read; findings and tasks are brought up to date") % {
                "rows": number_format(self.rows, force_grouping=True)
            }
            self.progress.step(self.size, self.size, phase)

    def sentence(self, now: float) -> str:
        rate = self.rows / max(now - self.began, 0.001)
        said = _("%(rows)s rows read, %(rate)s a second") % {
            "rows": number_format(self.rows, force_grouping=True),
            "rate": number_format(round(rate), force_grouping=True),
        }
        if not self.aside:
            return said
        aside = ngettext("%(n)d put aside", "%(n)d put aside", self.aside) % {"n": self.aside}
        return f"{said}, {aside}"
