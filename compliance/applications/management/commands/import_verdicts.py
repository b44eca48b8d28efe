from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Membership, User
from compliance.accounts.roles import CAPABILITIES, Capability
from compliance.applications import selectors, verdict_files, verdicts
from compliance.applications.models import Application, Round
from compliance.applications.verdict_files import Line
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Take the platform's verdicts on an application's newest round from an XLSX or CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True)
        parser.add_argument("--application", required=True, help="its number: GP-2026-0001")
        parser.add_argument("--by", help="e-mail of who enters them; the first who may, else")
        parser.add_argument("--dry-run", action="store_true", help="say what would be stored")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        self._as_json = options["as_json"]
        round_ = _round(options["organisation"], options["application"])
        by = _person(round_, options["by"])
        rows = verdict_files.read_table(file.read_bytes(), file.name)
        layout = verdict_files.guess(rows)
        if not layout.is_whole:
            raise CommandError(
                _("%(file)s has no columns for the requirement number and the verdict.")
                % {"file": file.name}
            )
        stored = {each.requirement_id: each for each in selectors.verdicts_of(round_)}
        known = verdicts.requirements_of(round_).values()
        lines = verdict_files.understand(rows, layout, known, stored)
        wrong = [line for line in lines if line.lack]
        if wrong:
            self._refuse(wrong)
        words = [line.word for line in lines if line.word]
        changed = sum(not line.repeats for line in lines)
        if not options["dry_run"]:
            changed = verdicts.receive(round_, words, by=by)
        self._say(round_, len(lines), changed)

    def _refuse(self, wrong: list[Line]) -> None:
        sentence = _("Nothing was stored: %(n)d rows have to be corrected.") % {"n": len(wrong)}
        if self._as_json:
            told = [{"row": line.number, "code": line.code, "error": line.lack} for line in wrong]
            self.answer({"error": sentence, "rows": told})
        else:
            for line in wrong:
                self.stderr.write(f"  {line.number}: {line.lack}")
        raise CommandError(sentence)

    def _say(self, round_: Round, rows: int, changed: int) -> None:
        facts = {
            "application": round_.application.number,
            "round": round_.number,
            "rows": rows,
            "changed": changed,
        }
        if self._as_json:
            self.answer(facts)
        else:
            self.stdout.write(
                _("%(application)s round %(round)s: %(rows)s rows read, %(changed)s changed.")
                % facts
            )


def _round(organisation: str, number: str) -> Round:
    found = (
        Application.objects.filter(organisation__slug=organisation, number=number)
        .select_related("organisation", "profile__platform")
        .first()
    )
    if found is None:
        raise CommandError(
            _("%(organisation)s has no application %(number)s.")
            % {"organisation": organisation, "number": number}
        )
    return selectors.current_round(found)


def _person(round_: Round, email: str | None) -> User:
    """Who is named, or the first member whose role includes it; the audit stream wants a name."""
    members = Membership.objects.active().filter(
        organisation_id=round_.organisation_id,
        role__in=[role for role, can in CAPABILITIES.items() if Capability.APPLICATION_EDIT in can],
    )
    if email:
        members = members.filter(user__email=email)
    found = members.select_related("user").order_by("pk").first()
    if found is None:
        raise CommandError(_("Nobody of that name may enter verdicts in this organisation."))
    return found.user
