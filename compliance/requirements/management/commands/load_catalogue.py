from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from compliance.requirements import catalogue
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused


class Command(StableCommand):
    help = "Load the shipped profiles, baselines and crosswalks. Safe to repeat."

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        try:
            loaded = catalogue.load()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if as_json:
            self.answer({"loaded": [asdict(each) for each in loaded]})
            return
        for each in loaded:
            state = "loaded" if each.created else "already there"
            self.stdout.write(f"{each.kind} {each.identifier} {each.version}: {state}")
