from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from compliance.notices import services, worker


class Command(BaseCommand):
    help = "Make notices of audit entries that were left behind, and send what waits in the outbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=60.0, help="send for so long at most")
        parser.add_argument("--threads", type=int, default=4, help="lanes beside each other")

    def handle(self, *args: Any, seconds: float, threads: int, **options: Any) -> None:
        made = services.deliver_all()
        sent = worker.run(seconds=seconds, threads=max(1, threads))
        self.stdout.write(f"{made} notices made, {sent} messages sent")
