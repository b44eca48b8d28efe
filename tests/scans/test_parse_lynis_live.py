"""A report that Lynis really wrote on this machine, a handful of its tests."""

import shutil
import subprocess

import pytest

from compliance.scans.parsers import lynis
from tests.scans.reading import outcomes, read_bytes


@pytest.mark.services
@pytest.mark.skipif(not shutil.which("lynis"), reason="lynis is not installed")
def test_a_real_report(tmp_path):
    report = tmp_path / "report.dat"
    command = [
        shutil.which("lynis") or "",
        "audit",
        "system",
        "--quick",
        "--no-colors",
        "--tests",
        "AUTH-9262 SSH-7402 LOGG-2130 TIME-3104 BANN-7126",
        "--report-file",
        str(report),
        "--logfile",
        str(tmp_path / "log"),
    ]
    subprocess.run(command, check=False, capture_output=True, timeout=100, cwd=tmp_path)
    rows, problems, run = read_bytes(report.read_bytes())
    counted = outcomes(rows)
    assert sum(counted.values()) == len(rows) > 0
    assert counted.get("not_applicable", 0) > counted.get("pass", 0)
    assert not problems
    assert run.complete
    assert run.tool_version
    assert all(lynis.covers(run.scope, row.rule, ()) for row in rows if row.outcome == "pass")
