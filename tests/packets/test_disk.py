"""A disk that fills up, or a file that goes while the packet is built: a sentence, and nothing half."""

import json
import os
import subprocess
import sys

import pytest

from compliance.packets import services
from compliance.packets.building import Phase
from compliance.packets.models import State
from compliance.shared.errors import Refused
from compliance.vault import layout
from compliance.vault.models import Blob
from tests.services.installation import ROOT

BUILD = """
import json, resource, sys
from pathlib import Path
import django
django.setup()
from compliance.packets import building, render, signing
from compliance.packets.press.store import Store
from compliance.shared.errors import Refused
from tests.packets.conftest import open_sample
from tests.packets.samples import make_manifest, read_sample

root, most, warm = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "warm"
store, folder = Store(root / "sections"), root / "work"
folder.mkdir()
key = signing.own(root / "keys", slug="manna", name="manna")
if warm:
    render.compile_missing(render.plan(make_manifest(), "ko"), store, read_sample)
# A file beyond it cannot be written: to a program the same as a full disk.
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
said = ""
try:
    building.build(make_manifest(), "ko", folder, store=store, open_file=open_sample, key=key, step=lambda *_: None)
except Refused as refusal:
    said = str(refusal)
halves = [path.name for path in (root / "sections").rglob("*") if path.name.startswith((".new-", "exhibit-"))]
print(json.dumps({"said": said, "halves": halves, "finished": [path.name for path in folder.glob("*.zip")]}))
"""


@pytest.mark.parametrize(("most", "warm"), [(6_000, "cold"), (90_000, "warm"), (250_000, "warm")])
def test_a_full_disk_is_said_in_a_sentence(tmp_path, most, warm):
    """While sections are compiled, while the PDF is linked, while it is signed or packed."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(tmp_path), str(most), warm],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert "디스크가 가득" in told["said"], told
    assert told["halves"] == []


def test_a_file_that_goes_while_it_is_embedded_is_named(
    frozen, accepted, alice, sent, settings, tmp_path
):
    settings.VAR_DIR = tmp_path
    packet = services.request_build(frozen, "ko", by=alice)
    path = layout.path_of(accepted.version.files.get().blob)
    blobs = Blob.objects.count()

    def step(phase: Phase, *_: object) -> None:
        if phase is Phase.ATTACH:
            path.unlink(missing_ok=True)

    with pytest.raises(Refused, match=r"방화벽 정책\.pdf"):
        services.build(packet, step=step)
    packet.refresh_from_db()
    assert (packet.state, packet.pdf, packet.zip) == (State.FAILED, None, None)
    assert "방화벽 정책.pdf" in packet.error
    assert list((tmp_path / "packets").iterdir()) == []
    assert Blob.objects.count() == blobs
