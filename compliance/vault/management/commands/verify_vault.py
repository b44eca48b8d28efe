from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused
from compliance.vault import checking, sweeping


class Command(StableCommand):
    help = "Hash every stored file; name what is missing, changed or belongs to nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--sweep", action="store_true", help="also delete leftovers older than a day"
        )

    def handle(self, *args: Any, as_json: bool, sweep: bool, **options: Any) -> None:
        try:
            swept = sweeping.sweep() if sweep else 0
            report = checking.verify()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if as_json:
            self.answer({**report.as_json(), "swept": swept})
        else:
            self._print(report)
        if not report.intact:
            bad = len(report.missing) + len(report.changed) + len(report.orphaned)
            raise CommandError(f"{bad} stored files are not as they should be.")

    def _print(self, report: checking.Report) -> None:
        for word, facts in (("missing", report.missing), ("changed", report.changed)):
            for fact in facts:
                self.stdout.write(f"{word}: {fact['sha256']} (organisation {fact['organisation']})")
        for path in report.orphaned:
            self.stdout.write(f"orphaned: {path}")
        self.stdout.write(f"{report.checked} files, {report.size} bytes checked.")
