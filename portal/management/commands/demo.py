from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from compliance.shared.errors import Refused
from portal.demo import people, world


class Command(BaseCommand):
    help = "Make a company to look at: people, answers, evidence, scans, tasks, a packet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, help="write the packet's PDF and ZIP here")
        parser.add_argument("--without-packet", action="store_true")

    def handle(self, *args: Any, out: Path | None, without_packet: bool, **_: Any) -> None:
        try:
            application = world.build(self._say)
            if out is None and not without_packet:
                world.build_packet(application, self._say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if out is None:
            self._introduce(application.number)
            return
        options = {"organisation": people.SLUG, "out": out, "gaps": world.GAPS}
        call_command("build_packet", application.number, **options)

    def _say(self, step: str) -> None:
        self.stdout.write(f"  {step} …")
        self.stdout.flush()

    def _introduce(self, number: str) -> None:
        passwords = people.known_passwords()
        self.stdout.write(f"\nThe packet of {number} is built. The people of the demo:\n")
        for person in people.PEOPLE:
            line = f"  {person.role.value:<14} {person.email:<24} {passwords[person.key]}"
            self.stdout.write(f"{line}  {person.name} {person.title}")
        self.stdout.write("")
