"""A Trivy file with something else where a list belongs is not a clean scan."""

import json

import pytest

from tests.scans.reading import read_bytes

HEAD = {"SchemaVersion": 2, "ArtifactName": "img:1", "ArtifactType": "container_image"}


@pytest.mark.parametrize(
    "part",
    [
        {"Results": "x"},
        {"Results": {"Target": "img"}},
        {"Results": [{"Target": "img", "Class": "os-pkgs", "Vulnerabilities": {"a": 1}}]},
        {"Results": [{"Target": "img", "Class": "os-pkgs", "Vulnerabilities": 7}]},
    ],
)
def test_it_is_incomplete_and_says_where(part):
    rows, problems, run = read_bytes(json.dumps(HEAD | part).encode())
    assert rows == []
    assert len(problems) == 1
    assert not run.complete


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"Results": None},
        {"Results": []},
        {"Results": [{"Target": "img", "Class": "os-pkgs", "Vulnerabilities": None}]},
    ],
)
def test_nothing_found_is_a_complete_scan(part):
    rows, problems, run = read_bytes(json.dumps(HEAD | part).encode())
    assert (rows, problems, run.complete) == ([], [], True)
