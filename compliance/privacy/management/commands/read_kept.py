from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.audit import erasing
from compliance.audit.services import SYSTEM
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Print who an erased person was and from where they came, as far as the law asks for access "
        "records. The audit log records that it was read, and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", type=int, help="the number after the pseudonym")
        parser.add_argument("--organisation", required=True, help="its slug")
        parser.add_argument("--reason", required=True, help="stands in the audit log")

    def handle(self, *args: Any, number: int, as_json: bool, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(_("There is no such organisation."))
        found = erasing.read_kept(organisation, number, options["reason"], by=SYSTEM)
        if as_json:
            self.answer({"person": number, "kept": found})
        else:
            self.stdout.write("\n".join(found))
