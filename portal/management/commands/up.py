from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.supervisor import CannotStart, Supervisor

LAST_PORT = 65535


class Command(BaseCommand):
    help = "Serve the portal on this machine: web, worker and scheduler, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        supervisor = Supervisor(port=port, host=host, var=settings.VAR_DIR, say=self._say)
        try:
            supervisor.run()
        except CannotStart as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _port(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not 1 <= int(word[:6]) <= LAST_PORT:
        raise ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT}, not {word!r}")
    return int(word)
