"""What the commands with stable names share: `--json`, and one line when something is wrong."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused


class StableCommand(BaseCommand):
    """A command for people and machines: with --json it prints one JSON object, also when it fails."""

    _answered = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def answer(self, facts: dict[str, Any], *, indent: int | None = None) -> None:
        """Print the JSON object that --json asks for."""
        self._answered = True
        self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=indent))

    def execute(self, *args: Any, **options: Any) -> str | None:
        self._answered = False
        try:
            return self._executed(*args, **options)
        except CommandError as error:
            if options.get("as_json") and not self._answered:
                self.answer({"error": str(error)})
            raise

    def _executed(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (Refused, ImproperlyConfigured) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OperationalError, ProgrammingError) as fault:
            why = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
            raise CommandError(
                _(
                    "The database does not serve (%(why)s). If it is new, run manage.py migrate first."
                )
                % {"why": why}
            ) from fault
        except OSError as fault:
            raise CommandError(
                _("%(file)s cannot be used: %(why)s.")
                % {"file": fault.filename or _("A file"), "why": fault.strerror or fault}
            ) from fault
