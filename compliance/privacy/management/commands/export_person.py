from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from compliance.audit.services import SYSTEM
from compliance.privacy import services
from compliance.privacy.management.people import person
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Write everything that is kept about a person into a ZIP. The audit log records it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("file", type=Path, help="where the ZIP is written")

    def handle(self, *args: Any, email: str, file: Path, as_json: bool, **options: Any) -> None:
        made = services.export_own(person(email), by=SYSTEM)
        file.touch(mode=0o600)
        file.write_bytes(made)
        if as_json:
            self.answer({"file": str(file), "bytes": len(made)})
        else:
            self.stdout.write(f"{file}: {len(made):,} bytes")
