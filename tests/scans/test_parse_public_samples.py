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


def expected() -> list[dict]:
    listing = FOLDER / "expected.json"
    if not listing.exists():
        return []
    return json.loads(listing.read_text())


@pytest.mark.skipif(not expected(), reason="no folder of public scan samples here")
@pytest.mark.parametrize("sample", expected(), ids=lambda sample: sample["file"])
def test_every_row_of_a_public_sample_is_counted(sample):
    with (FOLDER / sample["file"]).open("rb") as stream:
        counts = summarise(parsers.read(stream)).as_dict()
    # The listing counts Prowler's manual checks with its failures.
    counted = ["fail", "manual"] if counts["format"] == "prowler" else ["fail"]
    found = sum(counts["outcomes"][each] for each in counted)
    # sslyze's own shape has no rows to count; there the peer's number is a floor.
    wanted = sample["rows_in_file"]
    assert (
        found == wanted if wanted is not None else counts["rows"] > sample["defectdojo_merges_to"]
    )
    assert counts["problems"] == 0
