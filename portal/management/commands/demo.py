from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.shared.errors import Refused
from portal.demo import people, world


class Command(BaseCommand):
    help = "Make a company to look at: people, answers, evidence, scans, tasks, an application."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="do not print the people")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        try:
            application = world.build(lambda step: self.stdout.write(f"  {step} …"))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if not quiet:
            self._introduce(application.number)

    def _introduce(self, number: str) -> None:
        passwords = people.known_passwords()
        self.stdout.write(f"\nThe demo's application is {number}. Its people:\n")
        for person in people.PEOPLE:
            line = f"  {person.role.value:<14} {person.email:<24} {passwords[person.key]}"
            self.stdout.write(f"{line}  {person.name} {person.title}")
