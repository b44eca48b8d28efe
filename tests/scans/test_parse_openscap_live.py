"""Results that OpenSCAP really wrote on this machine, as XCCDF and as ARF."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scans.reading import outcomes, read_bytes

CONTENT = sorted(Path("/usr/share/xml/scap/ssg/content").glob("ssg-debian*-ds.xml"))
PROFILE = "xccdf_org.ssgproject.content_profile_standard"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("oscap")
    xccdf, arf = folder / "xccdf.xml", folder / "arf.xml"
    command = ["oscap", "xccdf", "eval", "--profile", PROFILE]
    command += ["--results", str(xccdf), "--results-arf", str(arf), str(CONTENT[-1])]
    subprocess.run(command, check=False, capture_output=True, timeout=100, cwd=folder)
    return {"xccdf": xccdf.read_bytes(), "arf": arf.read_bytes()}


@pytest.mark.services
@pytest.mark.skipif(
    not (shutil.which("oscap") and CONTENT), reason="oscap or its Debian content is not installed"
)
@pytest.mark.parametrize("shape", ["xccdf", "arf"])
def test_every_result_is_kept(results, shape):
    content = results[shape]
    rows, problems, run = read_bytes(content)
    # The file's own count: one <rule-result> a rule; those that were not selected are counted.
    written = content.count(b"<rule-result ") + content.count(b":rule-result ")
    assert len(rows) + sum(run.skipped.values()) == written > 100
    assert sum(outcomes(rows).values()) == len(rows) > 0
    assert not problems
    assert run.complete
    assert run.tool == "OpenSCAP"
    assert any(ref.startswith("xccdf:") for row in rows for ref in row.refs)


@pytest.mark.services
@pytest.mark.skipif(
    not (shutil.which("oscap") and CONTENT), reason="oscap or its Debian content is not installed"
)
def test_both_shapes_say_the_same(results):
    xccdf, arf = (read_bytes(results[shape])[0] for shape in ("xccdf", "arf"))
    assert {(r.rule, r.outcome) for r in xccdf} == {(r.rule, r.outcome) for r in arf}
