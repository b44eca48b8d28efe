from argparse import ArgumentParser
from datetime import date
from typing import Any

from compliance.remediation import ending, escalating, handing, keeping, reminding
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Do what the scheduler does every hour: end accepted risks, hand over, escalate, "
        "call to mind what is due, keep duties. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--day", type=date.fromisoformat, help="as on this day, YYYY-MM-DD")

    def handle(self, *args: Any, as_json: bool, day: date | None, **options: Any) -> None:
        done = {
            "ended": ending.end_acceptances(day),
            "handed_over": handing.sweep(),
            "escalated": escalating.run(day),
            "reminded": reminding.run(day),
            "duties": keeping.run(day),
        }
        if as_json:
            self.answer(done)
            return
        for name, number in done.items():
            self.stdout.write(f"{name}: {number}")
