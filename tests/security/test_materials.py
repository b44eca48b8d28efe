"""The bill of materials says what runs, and silence about flaws is no good news."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def bom(tmp_path_factory):
    file = tmp_path_factory.mktemp("bom") / "bom.json"
    subprocess.run([sys.executable, ROOT / "tools/sbom.py", file], check=True, cwd=ROOT)
    return json.loads(file.read_text("utf-8"))


def test_each_requirement_is_in_it_with_version_and_licence(bom):
    found = {each["purl"].lower(): each for each in bom["components"]}
    assert bom["specVersion"] == "1.6"
    assert all(each["version"] and each["licenses"] for each in bom["components"])
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        if "==" in line and not line.startswith("#"):
            name, version = line.split("#")[0].split("==")
            wanted = name.split("[")[0].strip().lower().replace("_", "-")
            assert f"pkg:pypi/{wanted}@{version.strip()}" in found


def test_nothing_of_the_tests_runs_in_production(bom):
    names = {each["name"].lower() for each in bom["components"]}
    assert not names & {
        "pytest",
        "playwright",
        "hypothesis",
        "moto",
        "mypy",
        "ruff",
        "schemathesis",
    }


def test_silence_is_not_taken_for_good_news(tmp_path):
    """pip-audit calls a package that its service does not know a good one."""
    (tmp_path / "pip_audit.py").write_text(
        "import json, sys\n"
        "names = [line.split('==') for line in sys.stdin.read().split()]\n"
        "answer = [{'name': n, 'version': v, 'skip_reason': 'not found'} for n, v in names]\n"
        "print(json.dumps({'dependencies': answer}))\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / "tools/advisories.py"],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 3, done.stderr
    assert "No advisory service answered" in done.stdout
