from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM
from compliance.requirements import carrying, to_look_at, versions
from compliance.requirements.models import CarryOver, Profile
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = (
        "Go on from one version of a profile to the next: assessments, evidence and open tasks come "
        "along. Requirements under another number are paired only where --same or "
        "--accept-proposals says so. --dry-run shows the plan and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--from", required=True, dest="former", metavar="ID@VERSION")
        parser.add_argument("--to", required=True, dest="new", metavar="ID@VERSION")
        parser.add_argument("--same", action="append", default=[], metavar="OLD=NEW")
        parser.add_argument("--as-new", action="append", default=[], metavar="NEW")
        parser.add_argument("--accept-proposals", action="store_true")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = _organisation(options["organisation"])
        old = _profile(organisation, options["former"])
        new = _profile(organisation, options["new"])
        done = CarryOver.objects.filter(organisation=organisation, old=old, new=new).first()
        if done is not None:
            # The same command twice: say what the first one did.
            self._tell(done, options, created=False)
            return
        carrying.check_can_carry_over(organisation, old, new, SYSTEM)
        planned = carrying.plan(organisation, old, new)
        if options["dry_run"]:
            self._show(planned, options)
            return
        pairs, also = _pairs(planned, options)
        done = carrying.carry_over(
            organisation, old, new, pairs=pairs, also=also, by=SYSTEM, stamp=planned.stamp
        )
        self._tell(done, options, created=True)

    def _tell(self, done: CarryOver, options: dict[str, Any], *, created: bool) -> None:
        progress = to_look_at.progress(done)
        if options["as_json"]:
            self.answer(
                {
                    "carry_over": done.pk,
                    "from": versions.reference(done.old),
                    "to": versions.reference(done.new),
                    "created": created,
                    "counts": done.counts,
                    "to_look_at": progress.total,
                    "looked_at": progress.seen,
                }
            )
            return
        numbers = ", ".join(f"{name} {number}" for name, number in done.counts.items())
        state = "carried over" if created else "carried over before, nothing changed"
        self.stdout.write(f"{done}: {state} ({numbers}).")

    def _show(self, planned: carrying.Plan, options: dict[str, Any]) -> None:
        difference = planned.difference
        facts = {
            "from": versions.reference(planned.old),
            "to": versions.reference(planned.new),
            "unchanged": difference.unchanged,
            "verdicts_to_sign_again": [pair.new.code for pair in planned.falling],
            "proposals": [
                {"old": each.old.code, "new": each.new.code, "likeness": each.likeness}
                for each in difference.proposals
            ],
            "added": [c.code for c in difference.changes if c.old is None],
            "removed": [c.code for c in difference.changes if c.new is None],
        }
        if options["as_json"]:
            self.answer({"dry_run": True, **facts})
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")


def _organisation(slug: str) -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(_("There is no organisation %(slug)s.") % {"slug": slug})
    return found


def _profile(organisation: Organisation, reference: str) -> Profile:
    rows = Profile.objects.select_related("platform")
    usable = [row for row in rows if row.organisation_id in {None, organisation.pk}]
    found = versions.named(usable, reference, organisation)
    if found is None:
        known = ", ".join(sorted(versions.reference(each) for each in usable)) or "—"
        raise CommandError(
            _("There is no profile %(reference)s. Known are: %(known)s.")
            % {"reference": reference, "known": known}
        )
    return found


def _pairs(
    planned: carrying.Plan, options: dict[str, Any]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """({new code: old code or ""}, further (old, new) of what merged or split) as the options say.

    What they leave open is refused later.
    """
    wanted: list[tuple[str, str]] = []
    for text in options["same"]:
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise CommandError(
                _("--same %(text)s is not a pair like NET-03=NET-07.") % {"text": text}
            )
        wanted.append((old.strip(), new.strip()))
    named = {new for _old, new in wanted}
    proposed = carrying.proposed(planned) if options["accept_proposals"] else ()
    pairs = {new: old for new, old in proposed if new not in named}
    pairs |= dict.fromkeys(options["as_new"], "")
    return pairs, carrying.sort_out(planned, pairs, wanted)
