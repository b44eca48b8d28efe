"""Run every measurement of this folder: each module has `measure() -> Iterable[str]`.

The database is a private SQLite with the demo's company, or the empty one that
BENCH_DATABASE_URL names. `python -m benchmarks pages audit` runs two of them.
"""

import importlib
import os
import pkgutil
import platform
import sys
import tempfile
from pathlib import Path


def main(names: list[str]) -> None:
    known = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    chosen = names or [name for name in known if not name.startswith("_")]
    with tempfile.TemporaryDirectory() as folder:
        _prepare(Path(folder))
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {_database()}")
        for name in chosen:
            for line in importlib.import_module(f"benchmarks.{name}").measure():
                print(line if line.startswith("|") else f"{name}: {line}", flush=True)


def _prepare(folder: Path) -> None:
    """Settings are read once, so the environment comes first."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["VAR_DIR"] = str(folder)
    url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder / 'bench.sqlite3'}")
    os.environ["DATABASE_URL"] = url
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("demo", without_packet=True, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123


def _database() -> str:
    from django.db import connection

    return str(connection.vendor)


if __name__ == "__main__":
    main(sys.argv[1:])
