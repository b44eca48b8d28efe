import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.requirements import documents, loading
from compliance.shared.errors import Refused


class Command(BaseCommand):
    help = "Load a requirement profile from its YAML file. The same file twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, file: Path, as_json: bool, **options: Any) -> None:
        try:
            profile, created = loading.load(documents.read(file.read_bytes()))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(f"{file.name}: {refusal}") from refusal
        number = profile.requirements.count()
        if as_json:
            facts = {
                "identifier": profile.identifier,
                "version": profile.version,
                "requirements": number,
                "digest": profile.digest,
                "created": created,
            }
            self.stdout.write(json.dumps(facts))
            return
        state = "loaded" if created else "already there, nothing changed"
        self.stdout.write(
            f"{profile.identifier} {profile.version}: {number} requirements, {state}."
        )
