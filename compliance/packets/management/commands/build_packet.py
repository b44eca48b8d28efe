import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import User
from compliance.applications.models import Application
from compliance.packets import services
from compliance.packets.models import Edition, Freeze, Packet
from compliance.packets.report import Report
from compliance.packets.verify import verify
from compliance.shared.commands import StableCommand
from compliance.vault import services as vault


class Command(StableCommand):
    help = "Freeze the open round of an application if need be, and build its PDF and ZIP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("application", help="its number, such as GP-2026-0001")
        parser.add_argument("--out", type=Path, required=True, help="folder for the PDF and ZIP")
        parser.add_argument("--edition", choices=Edition.values, default=Edition.KO)
        parser.add_argument("--by", default="", help="e-mail of the person who freezes the round")
        parser.add_argument("--gaps", default="", help="why the round goes out with open blockers")
        parser.add_argument("--organisation", default="", help="its slug, where numbers repeat")

    def handle(self, *args: Any, application: str, out: Path, **options: Any) -> None:
        begun = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)  # refuses before the round is frozen
        freeze = _frozen(application, options)
        packet = _built(freeze, options)
        paths = _write(packet, out)
        seconds = round(time.monotonic() - begun, 1)
        reports = [verify(path) for path in paths]
        self._tell(packet, paths, reports, seconds, as_json=options["as_json"])
        if not all(report.intact for report in reports):
            raise CommandError(_("The packet failed its verification. Build it again."))

    def _tell(
        self,
        packet: Packet,
        paths: list[Path],
        reports: list[Report],
        seconds: float,
        *,
        as_json: bool,
    ) -> None:
        if as_json:
            facts = {
                "application": packet.freeze.round.application.number,
                "round": packet.freeze.round.number,
                "edition": packet.edition,
                "manifest_sha256": packet.freeze.digest,
                "pages": packet.pages,
                "seconds": seconds,
                "missing_glyphs": packet.missing_glyphs,
                "self_signed": packet.self_signed,
                "files": [str(path) for path in paths],
                "verified": [report.as_dict() for report in reports],
            }
            self.answer(facts)
            return
        for path, report in zip(paths, reports, strict=True):
            verdict = _("intact") if report.intact else _("ALTERED")
            self.stdout.write(f"{path} · {path.stat().st_size:,} B · {verdict}")
        self.stdout.write(
            _("%(pages)d pages in %(seconds)s s; every part verified.")
            % {"pages": packet.pages, "seconds": seconds}
        )
        if packet.self_signed:
            self.stdout.write(
                _("Signed with a key of the portal's own making; set PACKET_SIGNING_KEY to yours.")
            )


def _frozen(number: str, options: dict[str, Any]) -> Freeze:
    """Return the freeze of the newest round; freeze the round first when it is open."""
    application = _application(number, options["organisation"])
    round_ = application.current_round
    found = Freeze.objects.filter(round=round_).first()
    if found is not None:
        return found
    return services.freeze(round_, by=_person(application, options), gaps_reason=options["gaps"])


def _application(number: str, slug: str) -> Application:
    rows = Application.objects.filter(number=number).select_related(
        "organisation", "profile__platform"
    )
    if slug:
        rows = rows.filter(organisation__slug=slug)
    found = list(rows)
    if not found:
        raise CommandError(_("There is no application %(number)s.") % {"number": number})
    if len(found) > 1:
        slugs = ", ".join(each.organisation.slug for each in found)
        raise CommandError(
            _("Several organisations have an application %(number)s; name one: %(slugs)s.")
            % {"number": number, "slugs": slugs}
        )
    return found[0]


def _person(application: Application, options: dict[str, Any]) -> User:
    """Return who --by names, else who began the application."""
    if not options["by"]:
        return application.created_by
    found = User.objects.filter(email=options["by"]).first()
    if found is None:
        raise CommandError(_("Nobody has the e-mail %(email)s.") % {"email": options["by"]})
    return found


def _built(freeze: Freeze, options: dict[str, Any]) -> Packet:
    by = _person(freeze.round.application, options) if options["by"] else freeze.frozen_by
    packet, job = services.build_now(freeze, options["edition"], by=by)
    if not packet.is_built:
        raise CommandError(packet.error or (job.error if job else ""))
    return packet


def _write(packet: Packet, out: Path) -> list[Path]:
    paths = []
    for kind in ("pdf", "zip"):
        blob = services.newest(packet, kind)
        path = out / packet.file_name(kind)
        shutil.copyfile(vault.checked_path(blob, name=path.name), path)
        paths.append(path)
    return paths
