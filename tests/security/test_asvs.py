"""docs/security/asvs.md against the tests it names, and against the standard's own count."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/security/asvs.md"
STATES = {"met", "n/a", "deployment", "open"}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+?) \| (\S+) \| (.+) \|$")
PROOF = re.compile(r"`(\w[\w/]*\.py): (\w+)`")
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
# Level 3 too where files and the audit stream are concerned.
WITH_LEVEL_3 = {"5.2": 6, "5.3": 3, "16.5": 4}


def rows():
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if re.match(r"^\| \d", line):
            match = ROW.match(line)
            assert match, f"not a row of the table: {line}"
            found.append(match.groups())
    return found


@cache
def named_in(file):
    path = ROOT / "tests" / file
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    found = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))
    return frozenset(each.name for each in found if each.name.startswith("test_"))


def test_every_requirement_of_levels_1_and_2_has_its_line():
    lines = defaultdict(set)
    for number, level, *_rest in rows():
        section = number.rpartition(".")[0]
        if level != "3" or section in WITH_LEVEL_3:
            lines[section].add(number)
    counted = {section: len(numbers) for section, numbers in lines.items()}
    assert counted == {**SECTIONS, **WITH_LEVEL_3}


def test_no_line_stands_twice():
    numbers = [number for number, *_rest in rows()]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_claim_has_its_test(row):
    _number, _level, _words, state, how = row
    assert state in STATES
    proofs = PROOF.findall(how)
    if state == "met":
        assert proofs, "met, but no test is named"
    for file, name in proofs:
        assert f"test_{name}" in named_in(file), f"tests/{file} has no test_{name}"
    if state == "open":
        assert len(how) > 20, "open, but it does not say what is missing"


def test_the_documents_exist():
    for name in ("asvs", "threat-model", "cryptography", "data"):
        text = (ROOT / f"docs/security/{name}.md").read_text("utf-8")
        assert len(text) > 1000, name
    assert "mended" in (ROOT / "SECURITY.md").read_text("utf-8")
