"""Who plans and links a packet holds the manifest and no engines: a worker does it beside other work."""

import os
import subprocess
import sys

from tests.services.installation import ROOT

LINK = """
import io, sys, tempfile
from pathlib import Path
import django
django.setup()
from compliance.packets import render, services, tasks
from compliance.packets.press.store import Store
from tests.packets.samples import make_manifest, read_sample

store = Store(Path(sys.argv[1]))
plan = render.plan(make_manifest(), "ko")
render.compile_missing(plan, store, read_sample)
render.link(plan, store, io.BytesIO(), read_sample)
heavy = {"weasyprint", "fontTools", "pyhanko", "openpyxl", "lxml", "pypdfium2", "pi_heif", "rapidfuzz"}
print(sorted(heavy & set(sys.modules)))
"""


def test_planning_and_linking_load_no_engine(store):
    """Fonts are cut once for each set of glyphs, which takes fontTools: the second time it is not there."""
    for _time in (1, 2):
        done = subprocess.run(
            [sys.executable, "-c", LINK, str(store.root)],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "DJANGO_SETTINGS_MODULE": "portal.settings",
            },
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.strip() == "[]"
