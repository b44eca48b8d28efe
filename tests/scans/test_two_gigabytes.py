"""A file of two gigabytes, of which the disk holds some kilobytes: bounded memory and time, a sentence."""

import json
import subprocess
import sys

import pytest

from compliance.scans import services
from compliance.scans.models import ScanRun
from compliance.shared.errors import Refused
from tests.scans.reading import SAMPLES

SIZE = 2 << 30
MEMORY = 700 << 20
SECONDS = 120
# Reads a file as an import does, with less memory than the file is long.
READ = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
import django
django.setup()
from compliance.scans import asking, parsers
from compliance.scans.records import Options
from compliance.shared.errors import Refused
said = []
with open(sys.argv[1], "rb") as stream:
    for look in (lambda: sum(1 for _ in parsers.read(stream)), lambda: bool(asking.look(stream, Options()))):
        stream.seek(0)
        try:
            said.append(look())
        except Refused as refusal:
            said.append(str(refusal))
print(json.dumps(said))
"""


def holed(folder, name, content):
    """*content*, then nothing but zeros up to two gigabytes."""
    path = folder / name
    with path.open("wb") as file:
        file.write(content)
        file.truncate(SIZE)
    return path


@pytest.mark.parametrize(
    "name", ["trivy_config.json", "nmap_ipv6_only.xml", "kisa_results.csv", "nuclei.jsonl"]
)
def test_a_scan_result_with_two_gigabytes_behind_it_is_read_or_refused(tmp_path, name):
    path = holed(tmp_path, name, (SAMPLES / name).read_bytes()[:-20])
    done = subprocess.run(
        [sys.executable, "-c", READ.format(memory=MEMORY), str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    # A number of records, or the sentence that refuses the file; what to ask may be nothing.
    read, _asked = json.loads(done.stdout)
    assert read


def test_two_gigabytes_of_zeros_are_refused_and_nothing_is_kept(tmp_path, manna, alice):
    with holed(tmp_path, "zeros", b"").open("rb") as stream, pytest.raises(Refused):
        services.import_file(manna, stream, name="zeros", by=alice, ask=True)
    assert not ScanRun.objects.exists()


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path, manna, alice):
    path = holed(tmp_path, "big.xml", (SAMPLES / "nmap_ipv6_only.xml").read_bytes())
    with path.open("rb") as stream, pytest.raises(Refused) as refusal:
        services.import_file(manna, stream, name="big.xml", by=alice)
    assert "MB" in str(refusal.value)
    assert not ScanRun.objects.exists()
