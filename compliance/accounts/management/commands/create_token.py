from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts import services
from compliance.accounts.models import Membership
from compliance.accounts.scopes import ALL
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused


class Command(StableCommand):
    help = "Print a new API token of a member. It is shown once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, help="its slug")
        parser.add_argument("--by", required=True, help="e-mail of the member it acts as")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--days", type=int, default=90, help="how long it is valid")
        parser.add_argument(
            "--scope",
            action="append",
            choices=ALL,
            metavar="VERB:AREA",
            help=f"what it may do, once for each; all unless given: {', '.join(ALL)}",
        )

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        rows = Membership.objects.active().select_related("user", "organisation")
        found = rows.filter(
            organisation__slug=options["organisation"], user__email=options["by"].lower()
        ).first()
        if found is None:
            raise CommandError(
                _("%(email)s is no member of %(slug)s.")
                % {"email": options["by"], "slug": options["organisation"]}
            )
        try:
            secret = services.create_token(
                found.organisation,
                by=found.user,
                name=options["name"],
                days=options["days"],
                scopes=options["scope"] or ALL,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if as_json:
            self.answer({"token": secret})
        else:
            self.stdout.write(secret)
