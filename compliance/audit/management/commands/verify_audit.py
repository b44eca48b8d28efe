from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from compliance.audit import selectors
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Check the hash chain of every organisation and name the first broken entry."

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        reports = selectors.verify_all()
        broken = [report for report in reports if report.broken]
        if as_json:
            chains = [asdict(report) for report in reports]
            self.answer({"intact": not broken, "chains": chains})
        else:
            for report in reports:
                verdict = f"BROKEN: {report.broken}" if report.broken else "intact"
                name = f"organisation {report.organisation_id}"
                self.stdout.write(f"{name}: {report.entries} entries, {verdict}")
        if broken:
            raise CommandError(f"{len(broken)} of {len(reports)} audit chains are broken.")
