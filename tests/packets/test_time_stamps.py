"""A third party says when a signature existed; where it does not answer, a sentence says what to do."""

import io

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from compliance.packets import seal, signing
from compliance.packets.signing import timestamps
from compliance.packets.signing.envelopes import apart
from compliance.packets.tokens import NoStamp
from tests.packets.keys import person
from tests.packets.test_signed_document import AT

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def mine():
    return person("안소영")


@pytest.fixture(autouse=True)
def _forget():
    timestamps._certificates.cache_clear()
    yield
    timestamps._certificates.cache_clear()


@pytest.fixture
def sign(built, mine, tmp_path, timestamping):
    def sign(*, required=False):
        out = tmp_path / "out.pdf"
        wish = signing.Wish("preparer", AT, "작성", "안소영", ["x"])
        told = signing.sign(
            built.pdf, out, key=mine, wish=wish, tsa=timestamping.url, tsa_required=required
        )
        return told, out.read_bytes()

    return sign


def test_a_signature_carries_the_authoritys_time(sign, timestamping):
    told, data = sign()
    assert told.stamped_by == "시험 시점확인 기관"
    assert not told.problem
    (signed,) = seal.check(data).people
    assert signed.intact
    assert signed.stamped_at == told.stamped_at.isoformat()
    reader = PdfFileReader(io.BytesIO(data))
    *_others, last = reader.embedded_regular_signatures
    roots = [last.signer_cert, load_cert_from_pemder(str(timestamping.root))]
    trust = ValidationContext(trust_roots=roots, allow_fetching=False)
    status = apart(lambda: validate_pdf_signature(last, trust))
    assert status.bottom_line, status.pretty_print_details()
    assert status.timestamp_validity.timestamp == told.stamped_at
    assert status.timestamp_validity.valid


def test_every_byte_of_the_stamp_matters(sign):
    _told, data = sign()
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    end = start + len(data[start:].partition(b"000000000000")[0])
    missed = []
    for place in range(start, end, 11):
        copy = bytearray(data)
        copy[place] = ord("0") if copy[place] != ord("0") else ord("1")
        if seal.check(bytes(copy)).intact:
            missed.append(place - start)
    assert not missed


@pytest.mark.parametrize("mood", ["down", "rubbish", "altered", "second"])
def test_without_a_usable_stamp_the_packet_is_signed_all_the_same(sign, timestamping, mood):
    timestamping.mood = mood
    told, data = sign()
    assert told.stamped_at is None
    assert "시점" in told.problem or "time" in told.problem
    assert seal.check(data).intact


@pytest.mark.parametrize("mood", ["down", "rubbish", "altered", "second"])
def test_where_the_stamp_is_required_nothing_is_signed_without(sign, timestamping, mood):
    timestamping.mood = mood
    with pytest.raises(NoStamp):
        sign(required=True)


def test_a_stamp_of_something_else_is_none(sign, timestamping):
    sign()
    timestamping.mood = "replay"
    told, _data = sign()
    assert told.stamped_at is None


def test_an_authority_inside_is_not_asked(sign, settings, timestamping):
    settings.OUTBOUND_ALLOW = []
    told, _data = sign()
    assert "OUTBOUND_ALLOW" in told.problem
    assert timestamping.asked == 0


def test_nobody_there_is_a_sentence(built, mine, tmp_path, timestamping):
    wish = signing.Wish("preparer", AT, "작성", "안소영", ["x"])
    url = "http://127.0.0.1:9/tsa"
    told = signing.sign(built.pdf, tmp_path / "out.pdf", key=mine, wish=wish, tsa=url)
    assert "127.0.0.1" in told.problem
