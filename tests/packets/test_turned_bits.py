"""A bit turned inside the value of a signature (/Contents), which no signature can cover itself."""

import io
import re

import pytest
from asn1crypto import cms
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from tests.packets.keys import person
from tests.packets.test_signed_document import PEOPLE, signed_by_all
from tests.packets.test_standalone import run

_CONTENTS = re.compile(rb"/Contents <([0-9A-F]+)>")
# Digits of a value in which a bit is turned, from its first to its last.
_PLACES = 12
# In hexadecimal these give another digit, the same digit in small letters, or no digit.
_BITS = (0x01, 0x04, 0x20, 0x40)


@pytest.fixture(scope="module")
def signed(built, tmp_path_factory):
    """The packet with three more signatures, one over the other."""
    folder = tmp_path_factory.mktemp("signed")
    keys = {part: person(name, curve=part == "reviewer") for part, name in PEOPLE.items()}
    return [*signed_by_all(built.pdf, folder, keys, "ko")][-1]


def values_of(data: bytes) -> list[tuple[int, int]]:
    """Where each signature's value begins, and how many digits of it are no padding."""
    found = []
    for each in _CONTENTS.finditer(data):
        digits = each[1].decode()
        filled = 2 * len(cms.ContentInfo.load(bytes.fromhex(digits)).dump())
        assert 0 < filled < len(digits)
        found.append((each.start(1), filled))
    return found


def turned(data: bytes):
    """Yield copies of *data* with one bit turned inside a signature, and where."""
    for start, filled in values_of(data):
        for number in range(_PLACES):
            place = start + number * (filled - 1) // (_PLACES - 1)
            bit = _BITS[number % len(_BITS)]
            yield data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :], place


def judged(path) -> tuple[int, str]:
    """Return what the command exits with, and what it says then."""
    try:
        call_command("verify_packet", str(path))
    except CommandError as error:
        return error.returncode, str(error)
    return 0, ""


def test_the_command_reports_each_bit_of_each_signature(signed, tmp_path):
    data = signed.read_bytes()
    assert len(values_of(data)) == 4
    assert judged(signed) == (0, "")
    copy = tmp_path / "turned.pdf"
    for changed, place in turned(data):
        copy.write_bytes(changed)
        code, said = judged(copy)
        assert code == 1, place
        assert "본문" in said, said


def test_the_command_reports_it_in_the_pdf_of_a_zip(built, tmp_path):
    pdf, data = built.pdf.read_bytes(), built.zip.read_bytes()
    begin = data.index(pdf)
    copy = tmp_path / built.zip.name
    for changed, place in [*turned(pdf)][::3]:
        copy.write_bytes(data[:begin] + changed + data[begin + len(pdf) :])
        code, said = judged(copy)
        assert code == 1, place
        assert built.pdf.name in said


def test_the_page_reports_it(signed, browse, alice):
    file = io.BytesIO([*turned(signed.read_bytes())][5][0])
    file.name = "turned.pdf"
    answer = browse(alice, language="en").post(reverse("review:verify"), {"packet": file})
    text = answer.content.decode()
    assert 'data-intact="no"' in text
    assert "was altered." in text


def test_the_script_leaves_signatures_to_a_pdf_reader_and_says_so(signed):
    code, said = run(signed)
    assert code == 0, said
    assert "signatures · 서명: values not checked here" in said
    assert "PDF 뷰어" in said
