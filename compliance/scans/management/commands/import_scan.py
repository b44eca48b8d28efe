"""Import a scan result into an organisation, as the page does, and wait for the end."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation, User
from compliance.scans import services
from compliance.scans.management import _bindings
from compliance.scans.models import ScanRun
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused


class Command(StableCommand):
    help = "Import a scan result: check results, findings, mapping to requirements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--by", default="", metavar="EMAIL")
        _bindings.add(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(
                _("There is no organisation %(slug)s.") % {"slug": options["organisation"]}
            )
        run, fresh = self._import(organisation, options)
        facts = {
            "run": run.pk,
            "already_imported": not fresh,
            "state": run.state,
            "complete": run.complete,
            **run.counts,
        }
        if options["as_json"]:
            self.answer(facts, indent=2)
        elif not fresh:
            self.stdout.write(_("This file was imported before. Nothing changed."))
        else:
            for key, value in facts.items():
                self.stdout.write(f"{key}: {value}")

    def _import(self, organisation: Organisation, options: dict[str, Any]) -> tuple[ScanRun, bool]:
        path: Path = options["file"]
        chosen = _bindings.options(options)
        try:
            with path.open("rb") as stream:
                return services.import_now(
                    organisation,
                    stream,
                    name=path.name,
                    by=self._person(options["by"]),
                    options=chosen,
                )
        except OSError as fault:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s") % {"file": path, "why": fault.strerror}
            ) from fault
        except Refused as refusal:
            raise CommandError(f"{path}: {refusal}") from refusal

    def _person(self, email: str) -> User | None:
        if not email:
            return None
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise CommandError(
                _("There is no person with the e-mail %(email)s.") % {"email": email}
            )
        return person
