"""What three signatures do to the PDF: it stays archival and accessible, and each of them stays valid."""

import io
import re
import subprocess
from datetime import datetime
from itertools import pairwise

import page
import pikepdf
import pydyf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from compliance.packets import building, seal, sealing, signing
from compliance.packets.press import linking, parts
from compliance.packets.press.blanks import Blank
from compliance.packets.press.building import Builder
from compliance.packets.press.metadata import About
from compliance.packets.press.reading import Existing
from compliance.packets.signing.envelopes import apart
from compliance.shared.errors import Refused
from tests.packets.conftest import open_sample
from tests.packets.keys import person
from tests.packets.samples import make_manifest

AT = datetime.fromisoformat("2026-11-26T10:00:00+09:00")
PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]
PEOPLE = {"preparer": "안소영", "reviewer": "Carol 차", "approver": "올가"}


@pytest.fixture(scope="module")
def keys():
    return {part: person(name, curve=part == "reviewer") for part, name in PEOPLE.items()}


@pytest.fixture(scope="module", params=["ko", "en"])
def revisions(request, tmp_path_factory, store, key, keys):
    """The PDF with the seal, and after each of three people."""
    folder = tmp_path_factory.mktemp("signed")
    made = building.build(
        make_manifest(),
        request.param,
        folder,
        store=store,
        open_file=open_sample,
        key=key,
        step=lambda *_: None,
    )
    return [made.pdf, *signed_by_all(made.pdf, folder, keys, request.param)]


def signed_by_all(source, folder, keys, edition):
    for part, name in PEOPLE.items():
        out = folder / f"{part}.pdf"
        sealing.put(source, out, keys[part], part=part, name=name, at=AT, edition=edition)
        yield out
        source = out


@pytest.mark.parametrize("profile", PROFILES)
def test_it_is_archival_and_accessible_after_each_signature(revisions, profile):
    for path in revisions:
        report = page.validate_pdf_bytes(path.read_bytes(), profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]


def test_each_revision_only_adds_to_the_one_before(revisions):
    for before, after in pairwise(revisions):
        assert after.read_bytes().startswith(before.read_bytes())
        done = subprocess.run(["qpdf", "--check", after], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_pyhanko_finds_every_signature_valid_and_nothing_but_fields_changed(revisions):
    reader = PdfFileReader(io.BytesIO(revisions[-1].read_bytes()))
    found = reader.embedded_regular_signatures
    assert [each.field_name for each in found] == ["seal", *PEOPLE]
    for each in found:
        trust = ValidationContext(trust_roots=[each.signer_cert], allow_fetching=False)
        status = apart(lambda each=each, trust=trust: validate_pdf_signature(each, trust))
        assert status.bottom_line, status.pretty_print_details()
    assert found[0].docmdp_level.value == 2


def test_poppler_finds_every_signature_valid(revisions):
    told = subprocess.check_output(["pdfsig", "-nocert", revisions[-1]], text=True)
    assert told.count("Signature Validation: Signature is Valid.") == 4
    assert told.count("Total document signed") == 1


def test_fields_are_tagged_named_and_seen(revisions):
    with pikepdf.open(revisions[-1]) as document:
        fields = list(document.Root.AcroForm.Fields)
        assert {str(each.T) for each in fields} == {"seal", *PEOPLE}
        sheets = [sheet for sheet in document.pages if any(note in fields for note in notes(sheet))]
        assert len(sheets) == 1
        assert sheets[0].obj.Tabs == "/S"
        for each in fields:
            assert len(str(each.TU)) > 5
            assert each.V.SubFilter == "/ETSI.CAdES.detached"
            drawn = each.AP.N
            (font,) = drawn.Resources.Font.values()
            assert "/FontFile3" in font.DescendantFonts[0].FontDescriptor
            # Glyph 0 is the box that stands for a missing one.
            texts = re.findall(rb"<([0-9a-f]+)> Tj", drawn.read_bytes())
            assert texts
            assert all(b"0000" not in re.findall(rb"....", text) for text in texts)


def notes(sheet):
    return list(sheet.get("/Annots", []))


def test_the_names_of_the_signers_can_be_read(revisions):
    told = subprocess.check_output(["pdftotext", revisions[-1], "-"], text=True)
    for name in PEOPLE.values():
        assert name in told
    assert "2026-11-26 10:00" in told


def test_the_same_document_keys_and_time_give_the_same_bytes(revisions, keys, tmp_path):
    edition = revisions[0].stem[-2:]
    again = [*signed_by_all(revisions[0], tmp_path, keys, edition)]
    assert [each.read_bytes() for each in again] == [each.read_bytes() for each in revisions[1:]]


def test_the_verification_names_everybody(revisions):
    found = seal.check(revisions[-1].read_bytes())
    assert found.intact
    assert found.part == "seal"
    assert found.self_signed
    assert [(each.part, each.signer) for each in found.people] == [*PEOPLE.items()]
    assert not any(each.self_signed for each in found.people)
    assert found.people[0].signed_at == AT.isoformat()


def test_every_byte_of_every_signature_matters(revisions):
    data = revisions[-1].read_bytes()
    for match in re.finditer(rb"/Contents <([0-9A-F]+)>", data):
        for place in range(match.start(1), match.end(1), 397):
            copy = bytearray(data)
            copy[place] ^= 1
            assert not seal.check(bytes(copy)).intact, place


def test_nobody_can_change_a_page_by_signing(revisions, tmp_path):
    """A later signature of somebody's own over an altered page is no signature of the packet."""
    path = revisions[1]
    with path.open("rb") as file:
        root, catalogue = Existing(file).catalogue()
    sneaked = tmp_path / "sneaked.pdf"
    real = signing.Revision

    class Sneaking(real):
        def sign(self, *args):
            self.put(root, catalogue[:-2] + b"/Sneaked true>>")
            super().sign(*args)

    signing.Revision = Sneaking
    try:
        key, wish = person("침입자"), signing.Wish("reviewer", AT, "x", "침입자", ["x"])
        signing.sign(path, sneaked, key=key, wish=wish)
    finally:
        signing.Revision = real
    found = seal.check(sneaked.read_bytes())
    assert not found.intact
    assert found.people[0].intact
    assert not found.people[1].intact


def test_a_field_is_signed_once(revisions, keys, tmp_path):
    with pytest.raises(Refused):
        sealing.put(
            revisions[-1],
            tmp_path / "x.pdf",
            keys["preparer"],
            part="preparer",
            name="x",
            at=AT,
            edition="ko",
        )


def test_another_pdf_has_no_field_to_sign(keys, tmp_path):
    source = tmp_path / "other.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(source)
    wish = signing.Wish("preparer", AT, "x")
    with pytest.raises(Refused, match="서명란이 없습니다|no field"):
        signing.sign(source, tmp_path / "x.pdf", key=keys["preparer"], wish=wish)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_field_that_is_not_seen_is_valid_too(tmp_path, keys, profile):
    builder = Builder("blank")
    resources = builder.number(builder.resources())
    builder.page(pydyf.Stream([]), 595, 842, resources)
    builder.marks(0, [])
    builder.blank(0, Blank("seal", "Seal", wide=0, tall=0), 0, 0)
    part = builder.finish()
    source, out = tmp_path / "source.pdf", tmp_path / "out.pdf"
    about = About("제목", "만나배달", "제출본", "ko", "2026-11-22T16:00:00+09:00", "ab" * 16)
    with source.open("wb") as file:
        linking.link(file, [linking.Piece(part, lambda base: parts.place(part, base))], about)
    wish = signing.Wish("seal", AT, "x", "만나배달", ["nothing of this is seen"])
    signing.sign(source, out, key=keys["approver"], wish=wish)
    for path in (source, out):
        report = page.validate_pdf_bytes(path.read_bytes(), profile=profile)
        assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]
    assert seal.check(out.read_bytes()).intact
