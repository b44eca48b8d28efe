from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.audit.services import SYSTEM
from compliance.privacy import services
from compliance.privacy.management.people import person
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Erase somebody who has left every organisation. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="really do it")

    def handle(self, *args: Any, email: str, yes: bool, as_json: bool, **options: Any) -> None:
        found = person(email)
        if not yes:
            raise CommandError(
                _("%(name)s would be erased for good. Say --yes to do it.") % {"name": found.name}
            )
        counts = services.erase_anywhere(found, by=SYSTEM)
        if as_json:
            self.answer({"person": found.pk, "rows": counts})
            return
        for label, count in sorted(counts.items()):
            self.stdout.write(f"{label}: {count}")
        self.stdout.write(f"#{found.pk}")
