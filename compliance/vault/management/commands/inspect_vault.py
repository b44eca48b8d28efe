from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.shared.commands import StableCommand
from compliance.vault import inspecting


class Command(StableCommand):
    help = "Check stored files again: with the virus scanner of today, and for personal data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--again", action="store_true", help="also what was found to be clean before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        told = {}
        for organisation in Organisation.objects.order_by("pk"):
            if options["again"]:
                inspecting.forget(organisation)
            told[organisation.slug] = inspecting.work(organisation)
        if options["as_json"]:
            self.answer(told)
            return
        for slug, counts in told.items():
            self.stdout.write(
                _("%(slug)s: %(n)d files looked at.") % {"slug": slug, "n": counts["looked_at"]}
            )
            if counts["scanner_away"]:
                self.stdout.write(_("The virus scanner does not answer; those files still wait."))
