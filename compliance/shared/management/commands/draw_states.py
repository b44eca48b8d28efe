from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.shared import states


class Command(BaseCommand):
    help = "Draw every state table to docs/states; with --check only say whether they are current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "states"
        drawn = {folder / f"{name}.md": states.draw(name) for name in states.machines}
        stale = [
            path.name
            for path, text in drawn.items()
            if not path.exists() or path.read_text("utf-8") != text
        ]
        if check and stale:
            raise CommandError(f"Run manage.py draw_states: {', '.join(stale)} is not current.")
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in drawn.items():
            path.write_text(text, "utf-8")
        self.stdout.write(f"{len(drawn)} state tables are drawn.")
