"""The 보완조치 내역서 as a table that a spreadsheet opens."""

from django.utils import translation
from django.utils.translation import pgettext

from compliance.packets import editions
from compliance.packets.manifest_rows import Manifest, Task
from compliance.packets.templatetags.packet import day, due, word
from compliance.shared.tables import to_csv

NAME = "보완조치내역서.csv"


def as_csv(manifest: Manifest, edition: str) -> bytes:
    """Return one row per task, with a byte-order mark and no cell that a spreadsheet would run."""
    with translation.override(editions.STYLES[edition].language):
        return to_csv(header(), [row(task) for task in manifest["tasks"]])


def header() -> list[str]:
    return [
        pgettext("packet", "Number"),
        pgettext("packet", "Requirement"),
        pgettext("packet", "Corrective action"),
        pgettext("packet", "Defect"),
        pgettext("packet", "Before"),
        pgettext("packet", "Plan"),
        pgettext("packet", "Action taken"),
        pgettext("packet", "After"),
        pgettext("packet", "Evidence"),
        pgettext("packet", "Basis"),
        pgettext("packet", "Person in charge"),
        pgettext("packet", "Due"),
        pgettext("packet", "State"),
        pgettext("packet", "Closed"),
        pgettext("packet", "Verified by"),
    ]


def row(task: Task) -> list[str]:
    return [
        task["number"],
        task["requirement"],
        task["title"],
        task["defect"],
        task["before"],
        task["plan"],
        task["action"],
        task["after"],
        ", ".join(task["evidence"]),
        task["basis"],
        task["assignee"],
        due(task),
        word(task["state"], "task"),
        day(task["closed_at"]),
        task["verified_by"],
    ]
