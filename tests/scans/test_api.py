"""The same verbs for machines."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.scans.models import ScanRun
from tests.scans.reading import SAMPLES

NMAP = "nmap_ipv6_only.xml"
SCANS = "/api/v1/o/manna/scans"


def post(client, content: bytes):
    return client.post(SCANS, {"file": SimpleUploadedFile("scan.xml", content)})


def test_bob_hands_a_scan_in(browse, bob, adopted):
    answer = post(browse(bob), (SAMPLES / NMAP).read_bytes())
    assert answer.status_code == 200
    assert answer.json()["state"] == "queued"
    assert post(browse(bob), (SAMPLES / NMAP).read_bytes()).json()["already_imported"] is True


@pytest.mark.parametrize("content", [b"", b"hello", b"<nmaprun>"])
def test_a_bad_file_answers_with_a_sentence(browse, alice, content):
    answer = post(browse(alice), content)
    assert answer.status_code == 409
    assert answer.json()["detail"]
    assert not ScanRun.objects.exists()


def test_dave_may_not_and_sam_sees_nothing(browse, dave, sam):
    assert post(browse(dave), b"x").status_code == 403
    assert browse(sam).get(SCANS).status_code == 404


def test_findings_come_with_their_requirements(browse, alice, import_sample):
    import_sample(NMAP)
    rows = browse(alice).get("/api/v1/o/manna/findings").json()
    assert {row["rule"]: row["requirements"] for row in rows}["port:3306/tcp"] == ["OI-DAT-11"]
    (run,) = browse(alice).get(SCANS).json()
    assert run["counts"]["new"] == 3
