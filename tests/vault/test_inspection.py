"""Every genuine file comes in with its real type; every hostile one is named and leaves nothing."""

import io
from pathlib import Path

import pytest

from compliance.shared.errors import Refused
from compliance.vault import inspection, layout, services
from compliance.vault.models import Blob
from compliance.vault.storage import storage
from tests.vault import samples

SCANS = Path(__file__).resolve().parents[3] / "shared" / "scans"


@pytest.mark.parametrize("name", samples.GENUINE)
def test_a_genuine_file_comes_in(manna, name):
    blob = services.store(manna, io.BytesIO(samples.GENUINE[name]), name=name)
    extensions = [
        ext
        for each in inspection.FORMATS.values()
        if each.media_type == blob.media_type
        for ext in each.extensions
    ]
    assert name.rpartition(".")[2] in extensions
    assert services.read_checked(blob) == samples.GENUINE[name]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("case", samples.HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_leaves_nothing(manna, case):
    name, data, word = samples.HOSTILE[case]
    with pytest.raises(Refused) as refusal:
        services.store(manna, io.BytesIO(data), name=name)
    assert word in str(refusal.value)
    assert name in str(refusal.value)
    assert not Blob.objects.exists()
    assert not list(layout.unfinished())
    assert not list(storage().every())


@pytest.mark.parametrize("claimed", ["pdf", "png", "jpg", "webp", "heic", "xlsx", "hwp", "zip"])
def test_no_type_passes_for_another(manna, claimed):
    for name, data in samples.GENUINE.items():
        real = name.rpartition(".")[2]
        if real == claimed or (claimed == "zip" and real in ("docx", "xlsx", "pptx", "hwpx")):
            continue
        with pytest.raises(Refused):
            services.store(manna, io.BytesIO(data), name=f"x.{claimed}")


@pytest.mark.usefixtures("in_english")
def test_a_bomb_is_refused_unopened(manna):
    with pytest.raises(Refused, match="Unpacked"):
        services.store(manna, io.BytesIO(samples.bomb()), name="bomb.zip")


@pytest.mark.usefixtures("in_english")
def test_a_caller_may_allow_less(manna):
    with pytest.raises(Refused, match="Allowed are JSON, XML"):
        services.store(manna, io.BytesIO(samples.pdf()), name="scan.pdf", allow={"json", "xml"})


@pytest.mark.skipif(not SCANS.exists(), reason="no scan samples beside the project")
def test_scanner_results_come_in(manna):
    for path in SCANS.iterdir():
        if path.name in ("README.md", "expected.json"):
            continue
        with path.open("rb") as file:
            blob = services.store(manna, file, name=path.name)
        assert blob.size == path.stat().st_size
