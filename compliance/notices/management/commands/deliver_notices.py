from typing import Any

from django.core.management.base import BaseCommand

from compliance.notices import services


class Command(BaseCommand):
    help = "Make notices of audit entries that were left behind, for instance by a crash."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(str(services.deliver_all()))
