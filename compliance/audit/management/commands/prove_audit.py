from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from compliance.audit import proofs
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Print one entry with the proof that the newest checkpoint of its organisation covers it. "
        "Whoever has the checkpoint can check it without the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("entry", help="organisation:number, as in 1:42")

    def handle(self, *args: Any, entry: str, as_json: bool, **options: Any) -> None:
        organisation, _colon, number = entry.partition(":")
        if not (organisation.isdecimal() and number.isdecimal()):
            raise CommandError("Name the entry as organisation:number, as in 1:42.")
        proof = proofs.prove(int(organisation), int(number))
        if proof is None:
            raise CommandError(
                f"Entry {number} of organisation {organisation} is under no checkpoint yet. "
                "Run manage.py audit_checkpoint first, if there is such an entry."
            )
        self.answer(proof, indent=None if as_json else 2)
