import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM
from compliance.exchange import guessing, kinds, mappings, services
from compliance.exchange.items import Reading
from compliance.exchange.layouts import Layout
from compliance.exchange.models import SavedMapping
from compliance.exchange.selectors import Source
from compliance.requirements import services as requirements
from compliance.requirements.models import Platform, Profile
from compliance.shared.commands import StableCommand
from compliance.shared.errors import Refused

_UNFIT = re.compile(r"[^a-z0-9_-]+")


def _head(file: Path) -> bytes:
    """The first bytes, which tell an old XLS or XML; none of what is no file."""
    if not file.is_file():
        return b""
    with file.open("rb") as opened:
        return opened.read(4096)


class Command(StableCommand):
    help = (
        "Load a requirement profile from its document: Gatepass YAML, an OSCAL catalog, a CISO "
        "Assistant library, or a table. The same file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--organisation", default="", help="whose profile it is; else everybody's"
        )
        parser.add_argument(
            "--mapping", default="", help="a saved column mapping of the organisation"
        )
        parser.add_argument(
            "--guess", action="store_true", help="read a table as its headers suggest"
        )
        parser.add_argument("--platform", default="", help="short name of the platform")
        parser.add_argument("--identifier", default="", help="else made from the file's name")
        parser.add_argument("--title", default="")
        parser.add_argument("--profile-version", default="", help="the profile's version")
        parser.add_argument(
            "--status", choices=Profile.Status.values, help="whose word it is; else by its kind"
        )
        parser.add_argument(
            "--adopt", action="store_true", help="the organisation begins its self-assessment"
        )

    def handle(self, *args: Any, file: Path, as_json: bool, **options: Any) -> None:
        organisation = self._organisation(options["organisation"])
        try:
            kinds.check_claim(file.name, file.stat().st_size, _head(file))
            kinds.check_form(file, file.name)
            source = Source(file, kinds.detect(file, file.name))
            layout = self._layout(source, organisation, options)
            reading = source.read(layout)
            self._check(reading, as_json=as_json)
            options["status"] = options["status"] or kinds.usual_status(source.kind)
            about = self._about(file, reading, options)
            loaded = services.load_file(source, layout, reading, about, organisation=organisation)
            if options["adopt"] and organisation:
                requirements.adopt(organisation, loaded[0], by=SYSTEM)
        except Refused as refusal:
            raise CommandError(f"{file.name}: {refusal}") from refusal
        self._say(*loaded, as_json=as_json)

    def _organisation(self, slug: str) -> Organisation | None:
        if not slug:
            return None
        found = Organisation.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError(_("No organisation has the short name “%s”.") % slug)
        return found

    def _layout(
        self, source: Source, organisation: Organisation | None, options: dict[str, Any]
    ) -> Layout:
        if not source.is_table:
            return Layout()
        if name := options["mapping"]:
            rows = SavedMapping.objects.filter(organisation=organisation, name=name)
            saved = rows.first()
            if saved is None:
                raise CommandError(_("No mapping is named “%s”.") % name)
            layout = mappings.applied(saved.layout, source.book())
            if layout is None:
                raise Refused(_("The headers of “%s” are not in this document.") % name)
            return layout
        if options["guess"]:
            return guessing.layout(source.book())
        raise CommandError(_("This document needs choices: use --mapping NAME or --guess."))

    def _check(self, reading: Reading, *, as_json: bool) -> None:
        """Every row with an error is named, then nothing is loaded."""
        if not reading.wrong:
            return
        errors = [
            {"sheet": row.sheet, "row": row.number, "errors": row.problems} for row in reading.wrong
        ]
        if as_json:
            self.answer({"error": _("Rows with errors remain."), "rows": errors})
        else:
            for row in reading.wrong:
                place = f"{row.sheet} {row.number}".strip()
                self.stderr.write(f"{place}: {' '.join(row.problems)}")
        raise CommandError(_("Rows with errors remain."))

    def _about(self, file: Path, reading: Reading, options: dict[str, Any]) -> dict[str, Any]:
        if reading.data is not None:
            return {}
        if not options["platform"]:
            raise CommandError(_("Say with --platform which platform the document is from."))
        facts = reading.facts
        known = Platform.objects.filter(code=options["platform"]).first()
        today = timezone.localdate()
        return {
            "platform": options["platform"],
            "platform_title_ko": known.title_ko if known else options["platform"],
            "platform_title_en": known.title_en if known else "",
            "title_ko": options["title"] or facts.get("title") or file.stem,
            "title_en": facts.get("title_en", ""),
            "identifier": options["identifier"] or _slug(file.stem),
            "version": options["profile_version"] or facts.get("version") or str(today.year),
            "published": facts.get("published") or today.isoformat(),
            "status": options["status"],
        }

    def _say(self, profile: Profile, created: bool, *, as_json: bool) -> None:  # noqa: FBT001
        number = profile.requirements.count()
        if as_json:
            facts = {
                "identifier": profile.identifier,
                "version": profile.version,
                "requirements": number,
                "digest": profile.digest,
                "created": created,
            }
            self.answer(facts)
            return
        state = "loaded" if created else "already there, nothing changed"
        self.stdout.write(
            f"{profile.identifier} {profile.version}: {number} requirements, {state}."
        )


def _slug(name: str) -> str:
    return _UNFIT.sub("-", name.casefold()).strip("-")[:80] or "imported"
