"""Tasks as a table that leaves the portal: the columns of a 보완조치 내역서, and the clocks beside."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook

from compliance.remediation.models import Task
from compliance.shared.errors import Refused
from compliance.shared.tables import neutral, to_csv

CHUNK = 1000
# A file that a spreadsheet program still opens; a longer list is filtered first.
MOST_ROWS = 50_000


def header() -> list[str]:
    return [
        _("Number"),
        _("Requirement"),
        _("Title"),
        _("Defect"),
        _("Before"),
        _("Plan"),
        _("Action taken"),
        _("After"),
        _("Evidence"),
        _("Basis"),
        _("Due"),
        _("State"),
        _("Severity"),
        _("Priority"),
        _("Assignee"),
        _("Extended"),
        pgettext("task", "Registered"),
        pgettext("task", "Fixed"),
        pgettext("task", "Verified"),
        pgettext("task", "Closed"),
        _("Reason"),
    ]


def rows(tasks: QuerySet[Task]) -> Iterator[list[Any]]:
    """One list a task, in the order of `header`; times in the portal's zone."""
    found = tasks.select_related("requirement", "assignee").prefetch_related(
        "evidence_links__evidence"
    )
    for task in found.iterator(chunk_size=CHUNK):
        yield [
            task.code,
            task.requirement.code if task.requirement else "",
            task.title,
            task.defect,
            task.before,
            task.plan,
            task.action_taken,
            task.after,
            ", ".join(dict.fromkeys(link.evidence.code for link in task.evidence_links.all())),
            task.basis,
            _day(task.due),
            str(task.get_state_display()),
            str(task.get_severity_display()),
            str(task.get_priority_display()),
            task.assignee.name if task.assignee else "",
            str(task.extended_times or ""),
            _moment(task.created_at),
            _moment(task.fixed_at),
            _moment(task.verified_at),
            _moment(task.closed_at),
            task.reason,
        ]


def check_fits(tasks: QuerySet[Task]) -> None:
    if tasks.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise Refused(_("These are more than 50,000 tasks. Filter the list, then export it."))


def as_csv(tasks: QuerySet[Task]) -> bytes:
    return to_csv(header(), rows(tasks))


def as_xlsx(tasks: QuerySet[Task]) -> bytes:
    """Write-only mode: openpyxl keeps a row at a time."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Tasks")[:31])
    sheet.freeze_panes = "A2"
    sheet.append(header())
    for row in rows(tasks):
        sheet.append([neutral(_printable(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _day(day: date) -> str:
    return day.isoformat()


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _printable(text: str) -> str:
    """A spreadsheet file is XML, which has no control characters."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
