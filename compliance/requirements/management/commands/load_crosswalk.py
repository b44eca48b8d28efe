from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.requirements import crosswalks
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused


class Command(StableCommand):
    help = "Load a crosswalk from its YAML file. The same file twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, as_json: bool, **options: Any) -> None:
        try:
            crosswalk, created = crosswalks.load(crosswalks.read(file.read_bytes()))
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}
            ) from error
        except Refused as refusal:
            raise CommandError(f"{file.name}: {refusal}") from refusal
        number = crosswalk.edges.count()
        if as_json:
            facts = {
                "identifier": crosswalk.identifier,
                "version": crosswalk.version,
                "edges": number,
                "digest": crosswalk.digest,
                "created": created,
            }
            self.answer(facts)
            return
        state = "loaded" if created else "already there, nothing changed"
        self.stdout.write(f"{crosswalk.identifier} {crosswalk.version}: {number} edges, {state}.")
