"""Anyone can check a packet: each altered, missing or added file is named, each byte matters."""

import hashlib
import io
import json
import random
import shutil
import subprocess
import zipfile

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from compliance.packets import archive, building, signing
from compliance.packets._verify_zip import container_name
from compliance.packets.report import Unreadable, Verdict
from compliance.packets.signing.envelopes import apart
from compliance.packets.verify import verify
from compliance.shared.errors import Refused
from tests.packets.conftest import open_sample
from tests.packets.samples import content_of, make_file, make_manifest

DIAGRAM = "증적/OI-NET-03/E-30_네트워크 구성도.pdf"
POLICY = "증적/OI-NET-03/E-31_방화벽 정책.png"


def wrong(path) -> dict[str, Verdict]:
    return {each.name: each.verdict for each in verify(path).wrong}


def flips(data: bytes, count: int, seed: int):
    """Yield copies of *data* with one changed byte, and where it is."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        place = dice.randrange(len(data))
        yield (
            data[:place] + bytes([data[place] ^ dice.randrange(1, 256)]) + data[place + 1 :],
            place,
        )


def test_what_was_built_is_intact(built):
    for path in (built.pdf, built.zip):
        report = verify(path)
        assert report.intact, report.wrong
        assert report.signature.signer == "만나배달"
        assert report.signature.self_signed


def test_the_same_freeze_and_key_give_the_same_packet(built, key, store, tmp_path):
    again = building.build(
        make_manifest(),
        "ko",
        tmp_path,
        store=store,
        open_file=open_sample,
        key=key,
        step=lambda *_: None,
    )
    assert again.pdf.read_bytes() == built.pdf.read_bytes()
    assert again.zip.read_bytes() == built.zip.read_bytes()


def test_every_flipped_byte_of_the_zip_is_found(built, tmp_path):
    copy = tmp_path / built.zip.name
    for data, place in flips(built.zip.read_bytes(), 300, seed=1):
        copy.write_bytes(data)
        assert not verify(copy).intact, place


def test_every_flipped_byte_of_the_pdf_is_found(built, tmp_path):
    copy = tmp_path / built.pdf.name
    for data, place in flips(built.pdf.read_bytes(), 100, seed=2):
        copy.write_bytes(data)
        assert not verify(copy).intact, place


def test_every_byte_of_the_zip_that_is_no_content_is_found(built, tmp_path):
    data = built.zip.read_bytes()
    copy = tmp_path / built.zip.name
    start = data.rindex(archive.CENTRAL)
    for place in [*range(32), *range(start, len(data))]:
        copy.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert not verify(copy).intact, place


def test_it_names_the_altered_file_in_the_zip(built, altered):
    path = altered(built.zip, content_of(POLICY), content_of(POLICY).swapcase())
    # The same bytes stand in the PDF too, which comes first in the ZIP.
    assert set(wrong(path)) == {built.pdf.name}
    data = built.zip.read_bytes()
    place = data.rindex(content_of(POLICY))
    path.write_bytes(data[:place] + b"C" + data[place + 1 :])
    assert wrong(path) == {POLICY: Verdict.ALTERED}


def test_it_names_the_altered_file_in_the_pdf(built, altered):
    path = altered(built.pdf, content_of(DIAGRAM), content_of(DIAGRAM).swapcase())
    assert wrong(path) == {DIAGRAM: Verdict.ALTERED}


def test_it_names_what_was_added_and_what_is_missing(built, tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(built.zip) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            if name != POLICY:
                new.writestr(name, old.read(name))
        new.writestr("증적/OI-NET-03/E-99_몰래.pdf", b"secretly")
    found = wrong(path)
    assert found[POLICY] == Verdict.MISSING
    assert found["증적/OI-NET-03/E-99_몰래.pdf"] == Verdict.ADDED


def test_a_forged_manifest_beside_the_pdf_is_found(built, tmp_path):
    """Evidence, manifest and check sums altered together: the signed PDF still says otherwise."""
    path = tmp_path / built.zip.name
    with zipfile.ZipFile(built.zip) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    contents[POLICY] = b"forged"
    old_digest = hashlib.sha256(content_of(POLICY)).hexdigest().encode()
    new_digest = hashlib.sha256(b"forged").hexdigest().encode()
    for name in ("manifest.json", "SHA256SUMS"):
        contents[name] = contents[name].replace(old_digest, new_digest)
    with path.open("wb") as file:
        writer = archive.Writer(file, frozen_at=make_manifest()["frozen_at"])
        for name, content in contents.items():
            writer.add(name, [content], size=len(content))
        writer.close()
    found = wrong(path)
    assert found[POLICY] == Verdict.ALTERED
    assert found["manifest.json"] == Verdict.ALTERED


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_packed_again_is_said_and_each_file_is_judged_by_its_content(built, tmp_path, method):
    path = tmp_path / built.zip.name
    with zipfile.ZipFile(built.zip) as old, zipfile.ZipFile(path, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, b"forged" if name == POLICY else old.read(name))
    assert wrong(path) == {POLICY: Verdict.ALTERED, container_name(): Verdict.ALTERED}


def test_a_second_file_of_the_same_name_is_found(built, tmp_path):
    """Tools keep the last one, so a good first one must not vouch for it."""
    path = tmp_path / built.zip.name
    with zipfile.ZipFile(built.zip) as old:
        contents = [(name, old.read(name)) for name in old.namelist()]
    with path.open("wb") as file:
        writer = archive.Writer(file, frozen_at=make_manifest()["frozen_at"])
        for name, content in [*contents, (POLICY, b"forged")]:
            writer.add(name, [content], size=len(content))
        writer.close()
    assert wrong(path) == {POLICY: Verdict.ADDED}


def test_bytes_after_the_end_are_found(built, tmp_path):
    for path in (built.zip, built.pdf):
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes() + b"\n")
        assert not verify(copy).intact


def test_pyhanko_accepts_the_signature(built):
    reader = PdfFileReader(io.BytesIO(built.pdf.read_bytes()))
    (signature,) = reader.embedded_signatures
    assert signature.md_algorithm == "sha256"
    trust = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = apart(lambda: validate_pdf_signature(signature, trust))
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"


def test_plain_tools_open_the_zip(built, tmp_path):
    with zipfile.ZipFile(built.zip) as archived:
        assert archived.testzip() is None
        assert all(info.flag_bits & 0x800 for info in archived.infolist())
        archived.extractall(tmp_path)
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(built):
    done = subprocess.run(["qpdf", "--check", str(built.pdf)], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_statement_opens_in_a_spreadsheet_and_runs_nothing(key, store, tmp_path):
    manifest = make_manifest()
    manifest["tasks"][0]["defect"] = "=HYPERLINK(1)"
    built = building.build(
        manifest, "ko", tmp_path, store=store, open_file=open_sample, key=key, step=lambda *_: None
    )
    with zipfile.ZipFile(built.zip) as archived:
        content = archived.read("보완조치내역서.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK(1)" in content.decode("utf-8-sig")


def test_a_changed_file_stops_the_build_and_is_named(key, store, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(Refused, match="E-30_네트워크 구성도"):
        building.build(
            make_manifest(),
            "ko",
            folder,
            store=store,
            open_file=lambda _file: iter([b"something else"]),
            key=key,
            step=lambda *_: None,
        )
    (draft,) = folder.iterdir()
    assert draft.name == "GP-2026-0001-R1-ko-incomplete.zip"


def test_a_file_above_the_cap_is_in_the_zip_alone(key, store, tmp_path):
    manifest = make_manifest()
    manifest["scans"][0]["file"] = make_file("점검결과/S-3_nmap.xml", embedded=False)
    built = building.build(
        manifest, "ko", tmp_path, store=store, open_file=open_sample, key=key, step=lambda *_: None
    )
    verdicts = {each.name: each.verdict for each in verify(built.pdf).items}
    assert verdicts["점검결과/S-3_nmap.xml"] == Verdict.ELSEWHERE
    assert verify(built.zip).intact


def test_the_own_key_is_made_once_and_is_ours_alone(tmp_path):
    first = signing.own(tmp_path / "keys", slug="manna", name="만나배달")
    (path,) = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    again = signing.own(tmp_path / "keys", slug="manna", name="만나배달")
    assert again.certificate.dump() == first.certificate.dump()


def test_the_command_exits_with_what_is_true(built, altered, tmp_path, capsys):
    call_command("verify_packet", str(built.zip), as_json=True)
    assert json.loads(capsys.readouterr().out)["intact"] is True
    with pytest.raises(CommandError) as error:
        call_command("verify_packet", str(altered(built.pdf, b"content of", b"CONTENT of")))
    assert error.value.returncode == 1
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(CommandError) as error:
        call_command("verify_packet", str(tmp_path / "x.txt"))
    assert error.value.returncode == 2


def test_what_is_no_packet_is_said(tmp_path):
    plain = tmp_path / "x.zip"
    with zipfile.ZipFile(plain, "w") as archived:
        archived.writestr("a.txt", "a")
    with pytest.raises(Unreadable):
        verify(plain)
    with pytest.raises(Unreadable):
        verify(tmp_path / "absent.pdf")


@pytest.mark.parametrize("kept", [0.5, 0.95])
def test_a_download_that_was_cut_off_is_told_from_a_foreign_file(built, tmp_path, kept):
    for path in (built.pdf, built.zip):
        data = path.read_bytes()
        cut = tmp_path / path.name
        cut.write_bytes(data[: int(len(data) * kept)])
        with pytest.raises(Unreadable, match="끊겨|too early"):
            verify(cut)
