import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.audit.services import SYSTEM
from compliance.exchange import exporting
from compliance.exchange.exporting import Export
from compliance.exchange.formats import Format
from compliance.requirements.models import Adoption
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Write a profile with the organisation's answers into a file, its own form included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--profile", required=True, metavar="ID")
        parser.add_argument("--version-of-profile", default="", metavar="VERSION", dest="edition")
        parser.add_argument("--format", required=True, choices=Format.values, dest="file_format")
        parser.add_argument("--language", choices=exporting.LANGUAGES, default="ko")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        adoption = _adoption(options["organisation"], options["profile"], options["edition"])
        made = exporting.make(
            adoption.organisation,
            adoption.profile,
            options["file_format"],
            language=options["language"],
        )
        _write(out, made.content)
        exporting.record_taken(
            adoption, options["file_format"], by=SYSTEM, name=out.name, content=made.content
        )
        if options["as_json"]:
            self.answer(_facts(adoption, options["file_format"], out, made))
            return
        self.stdout.write(f"{out} · {len(made.content):,} B")
        for note in made.filled.notes:
            self.stdout.write(f"{note.code} {note.place}: {note.sentence} {note.detail}".rstrip())


def _adoption(slug: str, identifier: str, version: str) -> Adoption:
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(_("There is no organisation %(slug)s.") % {"slug": slug})
    found = exporting.find(organisation, identifier, version)
    if found is None:
        raise CommandError(
            _("%(slug)s has adopted no profile %(profile)s.")
            % {"slug": slug, "profile": f"{identifier} {version}".strip()}
        )
    return found


def _write(out: Path, content: bytes) -> None:
    """All of the file or none of it: a full disk leaves what stood there before."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_bytes(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _facts(adoption: Adoption, file_format: str, out: Path, made: Export) -> dict[str, Any]:
    profile, filled = adoption.profile, made.filled
    return {
        "profile": profile.identifier,
        "version": profile.version,
        "format": file_format,
        "file": str(out),
        "size": len(made.content),
        "sha256": hashlib.sha256(made.content).hexdigest(),
        "cells": filled.cells,
        "answered": filled.answered,
        "notes": [
            {
                "code": note.code,
                "place": note.place,
                "role": note.role,
                "why": note.why.value,
                "detail": note.detail,
            }
            for note in filled.notes
        ],
    }
