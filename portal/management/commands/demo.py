from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command

from compliance.shared.commands import StableCommand
from portal.demo import people, world


class Command(StableCommand):
    help = "Make a company to look at: people, answers, evidence, scans, tasks, a packet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, help="write the packet's PDF and ZIP here")
        parser.add_argument("--without-packet", action="store_true")

    def handle(self, *args: Any, out: Path | None, as_json: bool, **options: Any) -> None:
        self._as_json = as_json
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)  # refuses before minutes of work
        application = world.build(self._say)
        if not options["without_packet"]:
            world.open_second_round(application, self._say)
        if out is None and not options["without_packet"]:
            world.build_packet(application, self._say)
        if out is None:
            self._introduce(application.number)
            return
        asked = {"organisation": people.SLUG, "out": out, "gaps": world.GAPS}
        call_command("build_packet", application.number, as_json=as_json, **asked)

    def _say(self, step: str) -> None:
        if self._as_json:
            return
        self.stdout.write(f"  {step} …")
        self.stdout.flush()

    def _introduce(self, number: str) -> None:
        passwords = people.known_passwords()
        if self._as_json:
            told = {person.email: passwords[person.key] for person in people.PEOPLE}
            self.answer({"application": number, "people": told})
            return
        self.stdout.write(f"\nThe packet of {number} is built. The people of the demo:\n")
        for person in people.PEOPLE:
            line = f"  {person.role.value:<14} {person.email:<24} {passwords[person.key]}"
            self.stdout.write(f"{line}  {person.name} {person.title}")
        self.stdout.write("")
