"""Read a scan result and say what is in it. Nothing is stored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.scans import parsers
from compliance.scans.management import _bindings
from compliance.scans.records import Options
from compliance.scans.summary import summarise
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused


class Command(StableCommand):
    help = "Parse a scan result without storing it: format, tool, counts, references."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        _bindings.add(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        counts = self._read(options["file"], _bindings.options(options))
        if options["as_json"]:
            self.answer(counts, indent=2)
            return
        for key, value in counts.items():
            self.stdout.write(f"{key}: {value}")

    def _read(self, path: Path, options: Options) -> dict[str, Any]:
        try:
            with path.open("rb") as stream:
                return summarise(parsers.read(stream, options)).as_dict()
        except OSError as fault:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s") % {"file": path, "why": fault.strerror}
            ) from fault
        except Refused as refusal:
            raise CommandError(f"{path}: {refusal}") from refusal
