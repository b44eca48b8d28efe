"""Run every measurement of this folder: each module has `measure() -> Iterable[str]`."""

import importlib
import os
import pkgutil
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
    if not module.name.startswith("_"):
        for line in importlib.import_module(f"benchmarks.{module.name}").measure():
            print(f"{module.name}: {line}")
