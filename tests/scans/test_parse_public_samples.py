"""Real output of real scanners, where the machine has it: the counts that are physically inside."""

import json
import os
from pathlib import Path

import pytest

from compliance.scans import parsers
from compliance.scans.summary import summarise

FOLDER = Path(
    os.environ.get("SCAN_SAMPLES") or Path(__file__).resolve().parents[3] / "shared" / "scans"
)
OURS = (
    "nmap",
    "trivy",
    "sarif",
    "openscap",
    "lynis",
    "testssl",
    "tenable",
    "anchore",
    "zap",
    "prowler",
)


def expected() -> list[dict]:
    listing = FOLDER / "expected.json"
    if not listing.exists():
        return []
    return [each for each in json.loads(listing.read_text()) if each["file"].startswith(OURS)]


@pytest.mark.skipif(not expected(), reason="no folder of public scan samples here")
@pytest.mark.parametrize("sample", expected(), ids=lambda sample: sample["file"])
def test_every_row_of_a_public_sample_is_counted(sample):
    with (FOLDER / sample["file"]).open("rb") as stream:
        counts = summarise(parsers.read(stream)).as_dict()
    # The listing counts Prowler's manual checks with its failures.
    counted = ["fail", "manual"] if counts["format"] == "prowler" else ["fail"]
    assert sum(counts["outcomes"][each] for each in counted) == sample["rows_in_file"]
    assert counts["problems"] == 0
