"""A ZIP of numbered folders from the command line: the table first, then all of it or nothing."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.evidence import intake
from compliance.evidence.management.commands.add_evidence import organisation_of, person_of
from compliance.evidence.models import Intake, IntakeRow
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Link the files of a ZIP of numbered folders to the requirements that its names bear."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--by", metavar="EMAIL", help="default: the first who may add evidence")
        parser.add_argument("--collected-at", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--together", action="store_true", help="a folder is one evidence")
        parser.add_argument("--draft", action="store_true", help="do not submit for review")
        parser.add_argument("--look", action="store_true", help="show the table, apply nothing")
        parser.add_argument("archive", type=Path, metavar="ZIP")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = organisation_of(options["organisation"])
        by = person_of(organisation, options["by"])
        chosen = intake.Settings(
            together=options["together"],
            submit=not options["draft"],
            collected_at=options["collected_at"],
        )
        path: Path = options["archive"]
        try:
            with path.open("rb") as stream:
                made = intake.begin(organisation, stream, name=path.name, by=by, chosen=chosen)
        except OSError as fault:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": fault.strerror}
            ) from fault
        intake.read(made)
        if options["look"]:
            intake.discard(made, by=by)
        else:
            intake.apply(made, by=by)
        self._tell(made, as_json=options["as_json"])

    def _tell(self, made: Intake, *, as_json: bool) -> None:
        rows = list(made.rows.select_related("requirement", "kind", "same", "evidence"))
        if as_json:
            self.answer({"archive": made.name, "state": made.state, "rows": [*map(_facts, rows)]})
            return
        for row in rows:
            self.stdout.write(_line(row))


def _facts(row: IntakeRow) -> dict[str, Any]:
    return {
        "path": row.path,
        "requirement": row.requirement.code if row.requirement else None,
        "kind": row.kind.code if row.kind else None,
        "take": row.take,
        "refused": row.refused or None,
        "same_as": row.same.code if row.same else None,
        "evidence": row.evidence.code if row.evidence else None,
    }


def _line(row: IntakeRow) -> str:
    code = row.requirement.code if row.requirement else "—"
    if row.refused:
        became = row.refused
    elif row.evidence:
        became = row.evidence.code
    else:
        became = _("to be taken") if row.take else _("no requirement found")
    return f"{code}\t{row.path}\t{became}"
