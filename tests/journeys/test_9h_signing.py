"""Step 9h: the demo's packet is signed by the reviewer and the approver, and proven by other tools."""

import subprocess

import pytest
from playwright.sync_api import expect

from tests.journeys.test_6_packet import download
from tests.packets.keys import SECRET, certificate, ec_key, packed, rsa_key

PACKET = "applications/GP-2026-0001/packets/2/"


@pytest.fixture
def files(tmp_path):
    return certificates(tmp_path)


def certificates(folder):
    """A certificate file for each signer in *folder*: one of an authority, the others self-signed."""
    root, seoyeon, haneul, daun = rsa_key(), ec_key(), ec_key(), rsa_key()
    authority = certificate("시험 인증기관", root)
    own = certificate("이하늘", haneul, "시험 인증기관", root)
    contents = {
        "seoyeon": packed(seoyeon, certificate("윤서연", seoyeon)),
        "haneul": packed(haneul, own, authority),
        "daun": packed(daun, certificate("정다운", daun)),
    }
    for key, content in contents.items():
        (folder / f"{key}.p12").write_bytes(content)
    return folder


def sign(visitor, folder, place=PACKET):
    page = visitor.open(place)
    page.locator("button[data-dialog^=sign-]").first.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("input[type=file]").set_input_files(folder / f"{visitor.key}.p12")
    dialog.locator("input[type=password]").fill(SECRET)
    dialog.locator(".foot .btn-primary").click()
    page.wait_for_url(f"**/{place}")
    return page


def test_reviewer_and_approver_sign_what_the_preparer_signed(person, portal, files):
    page = sign(person("haneul"), files)
    expect(page.locator("#signatures-ko")).to_contain_text("이하늘")
    daun = person("daun")
    page = sign(daun, files)
    expect(page.locator("#signatures-ko [data-value=signed]").first).to_be_visible()
    expect(page.locator("button[data-dialog^=sign-]")).to_have_count(0)
    daun.shot("signatures.ko")
    paths = {kind: download(daun, kind, files) for kind in ("PDF", "ZIP")}
    told = subprocess.check_output(["pdfsig", "-nocert", paths["PDF"]], text=True)
    assert told.count("Signature Validation: Signature is Valid.") == 4
    for path in paths.values():
        done = portal.manage("verify_packet", str(path))
        assert done.returncode == 0, done.stdout
        assert "승인자: 서명자: 정다운" in done.stdout
