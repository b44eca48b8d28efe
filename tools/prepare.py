"""Brings an installation up to date before it serves: catalogues, static files, database.

What is up to date already costs nothing, so the second start takes seconds.
"""

import hashlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Packages bring builds that no page of ours names; hashing and compressing them takes half a minute.
UNUSED = [
    "bootstrap-*",
    "bootstrap.rtl*",
    "bootstrap.css*",
    "bootstrap.js*",
    "bootstrap.esm*",
    "bootstrap.bundle.js*",
    "bootstrap.min.js*",
    "htmax-*",
    "htmx-4*",
    "redoc*",
]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def main() -> None:
    import django
    from django.core.management import call_command

    from tools import messages

    if any(_is_older(path.with_suffix(".mo"), path) for path in ROOT.glob("locale/*/*/*/*.po")):
        messages.compile_all()
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_catalogue", stdout=io.StringIO())
    _collect_static()


def _is_older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def _collect_static() -> None:
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    digest = hashlib.sha256("\n".join(_static_facts()).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command(
        "collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=UNUSED
    )
    stamp.write_text(digest)


def _static_facts() -> Iterator[str]:
    """What decides whether static files must be collected: ours, and the installed packages'."""
    yield (ROOT / "requirements.txt").read_text("utf-8")
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            facts = path.stat()
            yield f"{path.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}"


if __name__ == "__main__":
    main()
