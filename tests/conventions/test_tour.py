"""The tour names files and functions; a renamed one must be renamed there too."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"\[`[^`]*?(?::(\w+))?`\]\(\.\./([^)]+)\)")


@pytest.mark.parametrize(
    ("name", "path"), sorted(set(NAMED.findall((ROOT / "docs/tour.md").read_text("utf-8"))))
)
def test_what_the_tour_names_exists(name, path):
    text = (ROOT / path).read_text("utf-8")
    assert not name or re.search(rf"\b(?:def|class) {name}\b", text)
