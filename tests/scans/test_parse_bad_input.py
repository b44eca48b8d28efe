"""Damaged and hostile files get a sentence; nothing else comes out, and nothing hangs."""

import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.scans import parsers
from compliance.shared.errors import Refused
from tests.scans.reading import SAMPLES, read_bytes

CONTENTS = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())}
BOMB = b'<?xml version="1.0"?><!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun>&a;</nmaprun>'


def read_or_refuse(content: bytes) -> None:
    with suppress(Refused):
        list(parsers.read(io.BytesIO(content)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\t ",
        b"hello",
        b"%PDF-1.7",
        b"\x00" * 5000,
        gzip.compress(b"0" * 10_000_000),
        b"PK\x03\x04zip",
        b"{",
        b"[]",
        b"{}",
        b"<nmaprun",
        b"<nmaprun><host></nmaprun>",
        b"<nmaprun><a></b></nmaprun>",
        BOMB,
        b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": [}',
        b"id,name\n1,2\n",
        b'{"version": "2.1.0", "$schema": "sarif", "runs": []}',
    ],
    ids=range(17),
)
def test_what_is_no_scan_result_is_refused(content):
    with pytest.raises(Refused):
        read_bytes(content)


def test_a_doctype_alone_is_fine():
    content = b'<!DOCTYPE nmaprun><nmaprun version="7"><host><address addr="::1" addrtype="ipv6"/></host></nmaprun>'
    assert read_bytes(content)[2].tool_version == "7"


def test_three_hundred_thousand_nested_elements_are_refused():
    with pytest.raises(Refused):
        read_bytes(b"<nmaprun>" + b"<a>" * 300_000)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_json_nested_two_hundred_thousand_deep_is_refused(opening):
    head = b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"Vulnerabilities": ['
    with pytest.raises(Refused):
        read_bytes(head + opening * 200_000)


def test_a_text_of_twelve_megabytes_is_read():
    content = CONTENTS["nmap_ipv6_only.xml"].replace(
        b"</service>", b'</service><script id="long" output="' + b"x" * 12_000_000 + b'"/>', 1
    )
    assert len(read_bytes(content)[0]) == 5


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_cut_anywhere_is_read_or_refused(name):
    content = CONTENTS[name]
    for end in range(0, len(content), max(1, len(content) // 60)):
        read_or_refuse(content[:end])


@settings(max_examples=300, deadline=5000, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_samples_never_crash(data):
    content = bytearray(CONTENTS[data.draw(st.sampled_from(sorted(CONTENTS)))])
    for _change in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        filler = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"null", b"[]", b"{}", b"-1", b'""', b"1e999", b"\xff\xfe", b'"']),
            )
        )
        content[start : start + length] = filler
    read_or_refuse(bytes(content))


@pytest.mark.parametrize("digits", [999, 5_000, 64 << 10, 3 << 20])
@pytest.mark.parametrize("before", [0, 65_000])
def test_a_number_of_any_length_is_read_or_refused(digits, before):
    """Python makes no number of more than 4,300 digits; a C library must not die of that."""
    head = b'{"SchemaVersion": 2, "ArtifactName": "x", "ArtifactType": "y", "Pad": "' + b"a" * before
    rows, _problems, run = read_bytes(head + b'", "Number": ' + b"9" * digits + b"}")
    assert (rows, run.complete) == ([], True)
