from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.applications.models import Application
from compliance.packets.models import Edition
from compliance.requirements.models import Assessment
from compliance.shared.commands import StableCommand
from portal.self_audit import world


class Command(StableCommand):
    help = (
        "Judge the portal by the profile that it ships, and build the packet. See make self-audit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, help="what the test run left: tests.xml, …")
        parser.add_argument("--out", type=Path, default=Path("out/self-audit"))
        parser.add_argument("--editions", nargs="+", choices=Edition.values, default=["ko"])

    def handle(self, *args: Any, folder: Path, out: Path, as_json: bool, **options: Any) -> None:
        if Organisation.objects.exists():
            raise CommandError(
                _(
                    "This database is in use. Name an empty folder by VAR_DIR, or run make self-audit."
                )
            )
        try:
            application = world.build(folder, lambda step: self._say(step, as_json=as_json))
        except FileNotFoundError as missing:
            raise CommandError(
                _("The test run left no %(file)s. Run make self-audit, which makes all of it.")
                % {"file": missing.filename}
            ) from missing
        self._tell(application, folder / "verdicts.txt")
        asked = {"organisation": world.SLUG, "out": out, "gaps": world.GAPS}
        for edition in options["editions"]:
            call_command(
                "build_packet", application.number, as_json=as_json, edition=edition, **asked
            )

    def _tell(self, application: Application, file: Path) -> None:
        """Leave how many requirements have which verdict, and those that a failure spoils."""
        count = Counter(
            Assessment.objects.filter(organisation=application.organisation).values_list(
                "verdict", flat=True
            )
        )
        told = [f"{count[each]:3} {each}" for each in Assessment.Verdict.values if count[each]]
        file.write_text("\n".join(told), "utf-8")

    def _say(self, step: str, *, as_json: bool) -> None:
        if not as_json:
            self.stdout.write(f"  {step} …")
            self.stdout.flush()
