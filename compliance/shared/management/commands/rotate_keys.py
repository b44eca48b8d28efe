from argparse import ArgumentParser
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import CommandError

from compliance.shared import sealed
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Seal every stored credential again with the newest key. Without FIELD_KEYS a new key is "
        "made first; with FIELD_KEYS put the new one in front of the old ones, then run this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--print-new", action="store_true", help="print a key for FIELD_KEYS")
        parser.add_argument(
            "--drop-old", action="store_true", help="forget the old keys, if every secret was read"
        )

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        if options["print_new"]:
            self.stdout.write(Fernet.generate_key().decode())
            return
        if not settings.FIELD_KEYS:
            sealed.write_keys([Fernet.generate_key().decode(), *sealed.kept_keys()])
        counts = sealed.rotate()
        if options["drop_old"]:
            _drop_old(counts)
        if as_json:
            self.answer(counts)
            return
        self.stdout.write(f"{counts['rotated']} rotated, {counts['unreadable']} unreadable")


def _drop_old(counts: dict[str, int]) -> None:
    if settings.FIELD_KEYS:
        raise CommandError("The keys stand in FIELD_KEYS; take the old ones out there.")
    if counts["unreadable"]:
        raise CommandError(
            f"{counts['unreadable']} secrets could not be read; the old keys are kept."
        )
    sealed.write_keys(sealed.kept_keys()[:1])
