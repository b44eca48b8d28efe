"""Load the shipped mapping sets and work out every rule afresh."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from compliance.scans import loading, mapping
from compliance.scans.models import MappingEdge, MappingSet


class Command(BaseCommand):
    help = "Load the shipped mapping sets (safe to repeat) and map every known rule again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = loading.ensure_loaded()
        counts = {
            "changed": changed,
            "sets": MappingSet.objects.count(),
            "mappings": MappingEdge.objects.count(),
            "rules": mapping.resolve_all(),
        }
        if options["as_json"]:
            self.stdout.write(json.dumps(counts))
        else:
            self.stdout.write(", ".join(f"{key}: {value}" for key, value in counts.items()))
