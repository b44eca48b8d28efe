"""The manifest is canonical: the same facts are the same bytes, and its digest names the packet."""

import hashlib
import json

import pytest

from compliance.packets import manifest
from tests.packets.samples import make_file, make_manifest


def test_the_order_of_keys_does_not_matter():
    one = make_manifest()
    other = dict(reversed(list(one.items())))
    assert list(one) != list(other)
    assert manifest.dumps(one) == manifest.dumps(other)
    assert manifest.digest(one) == manifest.digest(other)


def test_hangul_stays_hangul():
    assert "만나배달" in manifest.dumps(make_manifest())


def test_what_is_written_is_read():
    one = make_manifest()
    assert manifest.loads(manifest.dumps(one)) == one


def test_one_changed_word_is_another_identity():
    assert manifest.digest(make_manifest()) != manifest.digest(make_manifest(scope="다른 범위"))


def test_it_refuses_a_float_and_says_where():
    broken = make_manifest(round=1.0)
    with pytest.raises(TypeError, match=r"manifest\.round"):
        manifest.dumps(broken)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other/1"}'])
def test_it_refuses_what_is_no_manifest(text):
    with pytest.raises(manifest.Unreadable):
        manifest.loads(text)


def test_it_names_what_is_lacking():
    one = dict(make_manifest())
    del one["scans"]
    with pytest.raises(manifest.Unreadable, match="scans"):
        manifest.loads(json.dumps(one))


def test_a_file_under_one_path_is_listed_once():
    one = make_manifest()
    again = make_file("증적/OI-NET-03/E-30_네트워크 구성도.pdf")
    one["assessments"][1]["evidence"] = [{**one["assessments"][0]["evidence"][0], "files": [again]}]
    paths = [file["path"] for file in manifest.files(one)]
    assert paths.count("증적/OI-NET-03/E-30_네트워크 구성도.pdf") == 1


def test_a_packet_of_the_first_format_is_still_read_and_keeps_its_digest():
    old = dict(make_manifest(format="gatepass.manifest/1"))
    del old["submission"]
    text = json.dumps(old, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    read = manifest.loads(text)
    assert manifest.dumps(read) == text
    assert "submission" not in read


def test_the_second_format_says_what_is_declared():
    one = dict(make_manifest())
    del one["submission"]
    with pytest.raises(manifest.Unreadable, match="submission"):
        manifest.loads(json.dumps(one))


def test_the_pieces_are_the_canonical_text():
    made = make_manifest()
    pieces = [*manifest.pieces(made)]
    assert "".join(pieces) == manifest.dumps(made)
    assert len(pieces) > len(made)
    assert manifest.digest(made) == hashlib.sha256("".join(pieces).encode()).hexdigest()
