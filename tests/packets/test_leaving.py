"""What left: the receipt of a submission, marked copies, who took what when."""

import base64
import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.audit.models import Entry
from compliance.jobs import services as jobs
from compliance.packets import copies, marking, receipts
from compliance.packets.models import Channel, Copy, Receipt
from compliance.packets.receipts import Sent
from compliance.packets.report import CopyMark, Verdict
from compliance.packets.verify import verify
from compliance.shared.errors import Refused, Unauthorised
from compliance.vault import layout
from compliance.vault import services as vault
from tests.packets.test_standalone import run

MARK = CopyMark("김심사 (플랫폼)", "현장 심사", "2026-11-26T16:00:00+09:00")
MAIL = Sent(Channel.EMAIL, "심사팀 review@example.com")


@pytest.fixture
def marked(built, tmp_path):
    """A marked copy of the sample's PDF."""
    data = built.pdf.read_bytes()
    path = tmp_path / "copy.pdf"
    path.write_bytes(data + marking.revision(data, MARK, "ko"))
    return path


@pytest.fixture
def copy(packet, alice, sent):
    found = copies.request(packet, recipient="김심사 (플랫폼)", purpose="현장 심사", by=alice)
    jobs.run(found.job_id)
    found.refresh_from_db()
    return found


def test_a_marked_copy_says_whose_it_is_and_that_the_packet_in_it_is_whole(marked):
    report = verify(marked)
    assert report.intact, report.wrong
    assert report.copy == MARK
    assert report.as_dict()["copy"]["recipient"] == MARK.recipient
    code, said = run(marked)
    assert code == 3, said  # it cannot judge the marks, and says so
    assert MARK.recipient in said


def test_every_page_names_the_recipient_and_the_original_is_in_front(marked, built):
    data = marked.read_bytes()
    assert data.startswith(built.pdf.read_bytes())
    with pikepdf.open(marked) as document:
        for page in document.pages:
            content = page.obj.Contents[len(page.obj.Contents) - 1].read_bytes()
            assert b"/GatepassMark" in content
            assert "/GatepassMark" in page.obj.Resources.Font


def test_something_else_than_the_mark_breaks_the_copy(marked):
    data = bytearray(marked.read_bytes())
    data[-400] ^= 1
    marked.write_bytes(bytes(data))
    report = verify(marked)
    assert not report.intact
    # A whole other page, with a table of its own, is no mark either.
    original = marking.split(bytes(data))[0]
    again = marking.revision(original, MARK, "ko").replace(
        b"/Subtype /Watermark", b"/Subtype /Watermerk"
    )
    marked.write_bytes(original + again + b"\n")
    assert not verify(marked).intact


def test_a_mark_for_somebody_else_is_not_taken_over(marked, built):
    """Name and pages must say the same: the comment alone cannot be exchanged."""
    data = built.pdf.read_bytes()
    other = marking.revision(data, CopyMark("박심사", "", MARK.at), "ko")
    mine = marking.revision(data, MARK, "ko")
    head = len(mine.split(b"\n", 2)[1]) + 2
    marked.write_bytes(data + mine[:head] + other.split(b"\n", 2)[2])
    assert not verify(marked).intact


_MARK = """
import hashlib, sys
from pathlib import Path
import django
django.setup()
from compliance.packets import marking
from tests.packets.test_leaving import MARK
print(hashlib.sha256(marking.revision(Path(sys.argv[1]).read_bytes(), MARK, "ko")).hexdigest())
"""


@pytest.mark.parametrize(
    "told",
    [
        b"%%%",
        base64.b64encode(b'{"recipient": "x", "purpose": "", "at": "never", "edition": "ko"}'),
        base64.b64encode(b'{"recipient": "' + b"x" * 9000 + b'"}'),
        base64.b64encode(b"[1]"),
    ],
)
def test_a_comment_that_is_no_mark_is_an_altered_document(built, tmp_path, told):
    path = tmp_path / "copy.pdf"
    path.write_bytes(built.pdf.read_bytes() + marking.COMMENT + told + b"\n%%EOF\n")
    report = verify(path)
    assert not report.intact
    assert report.copy is None
    assert run(path)[0] in {1, 3}


def test_the_same_copy_in_another_process_is_the_same_bytes(built):
    """Whatever the order of sets there: whoever verifies is never who made the copy."""
    said = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", _MARK, str(built.pdf)],
            env={
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "PATH": "",
                "PYTHONPATH": ".",
                "PYTHONHASHSEED": seed,
            },
            capture_output=True,
            text=True,
            check=True,
        )
        said.add(done.stdout)
    here = marking.revision(built.pdf.read_bytes(), MARK, "ko")
    assert said == {hashlib.sha256(here).hexdigest() + "\n"}


def test_a_copy_of_both_files_is_made_and_recorded(copy, packet):
    assert copy.is_ready
    assert copy.pdf.sha256 != packet.pdf.sha256
    for blob in (copy.pdf, copy.zip):
        report = verify(layout.path_of(blob))
        assert report.intact, report.wrong
        assert report.copy.recipient == "김심사 (플랫폼)"
        assert report.manifest_digest == packet.freeze.digest
    entry = Entry.objects.get(action="packet.copied")
    assert entry.data["pdf"] == copy.pdf.sha256
    assert "김심사 (플랫폼)" in entry.sentence


def test_making_it_again_changes_nothing(copy):
    before = (copy.pdf_id, copy.zip_id)
    copies.make(copy)
    assert (copy.pdf_id, copy.zip_id) == before
    assert Entry.objects.filter(action="packet.copied").count() == 1


def test_the_verification_page_knows_the_record_of_a_copy(copy, browse, alice, dave):
    file = io.BytesIO(vault.read_checked(copy.pdf))
    file.name = "copy.pdf"
    text = (
        browse(alice, language="en")
        .post(reverse("review:verify"), {"packet": file})
        .content.decode()
    )
    assert 'data-intact="yes"' in text
    assert "김심사 (플랫폼)" in text
    assert f"no. {copy.pk}" in text


@pytest.mark.parametrize("who", ["bob", "carol", "dave", "sam"])
def test_only_who_builds_packets_makes_copies(packet, who, request):
    with pytest.raises(Unauthorised):
        copies.request(packet, recipient="누구", by=request.getfixturevalue(who))


def test_a_copy_needs_a_recipient(packet, alice):
    with pytest.raises(Refused):
        copies.request(packet, recipient="  ", by=alice)


def test_a_submission_is_noted_with_the_digests_of_what_went(packet, alice):
    receipt = receipts.record_submission(packet, MAIL, by=alice)
    assert (receipt.pdf_sha256, receipt.zip_sha256) == (packet.pdf.sha256, packet.zip.sha256)
    application = packet.freeze.round.application
    application.refresh_from_db()
    assert application.state == "submitted"
    assert "심사팀" in Entry.objects.get(action="packet.submission_recorded").sentence


def test_a_number_of_the_platform_makes_it_received(packet, alice):
    sent = Sent(Channel.PORTAL, "파트너 포털", platform_number="BM-2026-77")
    receipts.record_submission(packet, sent, by=alice)
    application = packet.freeze.round.application
    application.refresh_from_db()
    assert (application.state, application.receipt_number) == ("received", "BM-2026-77")


@pytest.mark.parametrize(
    "sent",
    [
        Sent("pigeon", "심사팀"),
        Sent(Channel.EMAIL, " "),
        Sent(Channel.EMAIL, "심사팀", at=timezone.now() + timedelta(days=1)),
        Sent(Channel.EMAIL, "심사팀", at=timezone.now() - timedelta(days=400)),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(packet, alice, sent):
    with pytest.raises(Refused):
        receipts.record_submission(packet, sent, by=alice)
    assert not Receipt.objects.exists()
    assert packet.freeze.round.application.state == "locked"


def test_it_is_noted_once(packet, alice):
    receipts.record_submission(packet, MAIL, by=alice)
    with pytest.raises(Refused):
        receipts.record_submission(packet, MAIL, by=alice)


def test_the_receipt_is_one_page_to_keep(packet, alice, browse):
    receipt = receipts.record_submission(packet, MAIL, by=alice)
    round_ = packet.freeze.round
    address = f"/o/manna/applications/{round_.application.number}/packets/1/ko/receipt"
    answer = browse(alice).get(f"{address}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 1
    text = browse(alice).get(f"{address}.txt").content.decode()
    assert receipt.pdf_sha256 in text
    assert "심사팀 review@example.com" in text


def test_the_page_lists_who_took_what(packet, alice, bob, browse, copy):
    round_ = packet.freeze.round
    page = reverse("packets:packet", args=["manna", round_.application.number, 1])
    assert "bob" not in browse(alice).get(page).content.decode().partition('id="downloads"')[2]
    browse(bob).get(
        reverse("packets:download", args=["manna", round_.application.number, 1, "ko", "zip"])
    )
    browse(bob).get(
        reverse(
            "packets:copy-download", args=["manna", round_.application.number, 1, copy.pk, "pdf"]
        )
    )
    told = browse(alice).get(page).content.decode().partition('id="downloads"')[2]
    assert told.count(bob.name) == 2
    assert packet.zip.sha256 in told
    assert "김심사 (플랫폼)" in told


def test_strangers_get_nothing(copy, packet, browse, sam):
    round_ = packet.freeze.round
    address = reverse(
        "packets:copy-download", args=["manna", round_.application.number, 1, copy.pk, "pdf"]
    )
    assert browse(sam).get(address).status_code == 404
    assert copies.recorded(copy.pdf.sha256, sam) is None


def test_the_zip_of_a_copy_passes_sha256sum(copy, tmp_path):
    with zipfile.ZipFile(io.BytesIO(vault.read_checked(copy.zip))) as archived:
        archived.extractall(tmp_path)
    done = subprocess.run(
        ["sha256sum", "-c", "--quiet", "SHA256SUMS"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_an_added_table_in_a_copied_zip_is_found(copy, tmp_path):
    path = tmp_path / "copy.zip"
    path.write_bytes(vault.read_checked(copy.zip))
    with zipfile.ZipFile(path, "a") as archived:
        archived.writestr("extra.xlsx", b"x")
    assert {each.name: each.verdict for each in verify(path).wrong}["extra.xlsx"] == Verdict.ADDED
    assert Copy.objects.count() == 1
