"""Findings as a table that leaves the portal. A cell that looks like a formula is made text."""

from __future__ import annotations

import io
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook

from compliance.scans.models import Finding
from compliance.shared.tables import neutral, to_csv

CHUNK = 1000
# What a sheet takes in every spreadsheet program; a longer list is filtered first.
MOST_ROWS = 200_000


def header() -> list[str]:
    return [
        _("Number"),
        _("Severity"),
        _("State"),
        _("Check"),
        _("Tool"),
        _("Finding"),
        _("Requirement"),
        _("Asset"),
        _("Place"),
        _("Reason"),
        _("Accepted until"),
        _("First seen"),
        _("Last seen"),
        _("Fixed"),
    ]


def rows(findings: QuerySet[Finding]) -> Iterator[list[str]]:
    """One list a finding, in the order of `header`; times in the portal's zone."""
    found = findings.prefetch_related("rule__mappings__requirement", "rule__mappings__edge")[
        :MOST_ROWS
    ]
    for finding in found.iterator(chunk_size=CHUNK):
        mapped = {mapping.requirement.code for mapping in finding.violates}
        yield [
            finding.code,
            str(finding.get_severity_display()),
            str(finding.get_state_display()),
            finding.rule.code,
            finding.rule.tool,
            finding.title,
            ", ".join(sorted(mapped)),
            str(finding.asset),
            finding.location,
            finding.reason,
            finding.accepted_until.isoformat() if finding.accepted_until else "",
            *(
                timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
                for moment in (finding.first_seen_at, finding.last_seen_at, finding.fixed_at)
            ),
        ]


def as_csv(findings: QuerySet[Finding]) -> bytes:
    return to_csv(header(), rows(findings))


def as_xlsx(findings: QuerySet[Finding]) -> bytes:
    """Write-only mode: openpyxl keeps a row at a time."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Findings")[:31])
    sheet.freeze_panes = "A2"
    sheet.append(header())
    for row in rows(findings):
        sheet.append([neutral(_printable(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _printable(text: str) -> str:
    """A spreadsheet file is XML, which has no control characters."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
