"""Damaged and hostile files get a sentence; nothing else comes out, and nothing hangs.

Every test that can runs over every sample, so that a new format is covered by its sample alone.
"""

import codecs
import copy
import gzip
import io
import json
import re
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import mutations as ten_thousand
from compliance.scans import parsers, reasons
from compliance.shared.errors import Refused
from tests.scans import mutations
from tests.scans.mutating import mutated
from tests.scans.reading import SAMPLES, read_bytes

CONTENTS = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir())}
XML = [name for name, content in CONTENTS.items() if content.lstrip().startswith(b"<")]
JSON = [name for name, content in CONTENTS.items() if content.lstrip()[:1] in b"[{"]
WHOLE_JSON = [name for name in JSON if not name.endswith(".jsonl")]
MEGABYTE = 1 << 20


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CHECKS = workbook(["코드", "결과", "호스트"], *([f"U-{n:02}", "양호", "web"] for n in range(1, 60)))


def read_or_refuse(content: bytes) -> None:
    with suppress(Refused):
        list(parsers.read(io.BytesIO(content)))


def after_root(content: bytes, inserted: bytes) -> bytes:
    """The XML with something put behind the opening of its root element."""
    start = re.search(rb"<[A-Za-z][^>]*>", content)
    assert start is not None
    return content[: start.end()] + inserted + content[start.end() :]


def in_json(content: bytes, inserted: bytes) -> bytes:
    """The JSON with one more first member or element."""
    at = re.search(rb"[{\[]", content).end()
    key = b'"more": ' if content[at - 1 : at] == b"{" else b""
    return content[:at] + key + inserted + b", " + content[at:]


def rows_of(content: bytes):
    return [(row.rule, row.outcome, row.asset, row.location) for row in read_bytes(content)[0]]


# What is none


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\t ",
        b"hello",
        b"%PDF-1.7",
        b"\x00" * 5000,
        gzip.compress(b"0" * 10_000_000),
        gzip.compress(b""),
        gzip.compress(CONTENTS["zap.xml"])[:-20],
        b"\x1f\x8b\x08nothing",
        b"PK\x03\x04zip",
        b"BZh91AY",
        b"{",
        b"[]",
        b"{}",
        b"<nmaprun",
        b"<nmaprun><host></nmaprun>",
        b"<nmaprun><a></b></nmaprun>",
        b'{"SchemaVersion": 2, "ArtifactName": "x", "Results": [}',
        b"id,name\n1,2\n",
        b'{"version": "2.1.0", "$schema": "sarif", "runs": []}',
        b"scoutsuite_results =\n{",
        workbook(["nothing", "of", "ours"]),
    ],
    ids=range(22),
)
def test_what_is_no_scan_result_is_refused(content):
    with pytest.raises(Refused):
        read_bytes(content)


# XML


@pytest.mark.parametrize("name", XML)
def test_a_document_that_declares_entities_is_refused(name):
    content = re.sub(rb"<!DOCTYPE.*?\]>|<\?xml.*?\?>", b"", CONTENTS[name], flags=re.DOTALL)
    root = re.search(rb"<([A-Za-z][\w:.-]*)", content)[1]
    levels = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
    )
    bomb = b"<!DOCTYPE %s [%s]>" % (root, levels) + after_root(content.lstrip(), b"&l9;")
    with pytest.raises(Refused):
        read_bytes(bomb)


@pytest.mark.parametrize("name", XML)
def test_a_doctype_alone_is_fine(name):
    content = re.sub(
        rb"<!DOCTYPE[^\[>]*(?:\[.*?\])?>|<\?xml.*?\?>", b"", CONTENTS[name], flags=re.DOTALL
    )
    root = re.search(rb"<([A-Za-z][\w:.-]*)", content)[1]
    assert rows_of(b"<!DOCTYPE %s>" % root + content.lstrip()) == rows_of(CONTENTS[name])


@pytest.mark.parametrize("name", XML)
def test_three_hundred_thousand_nested_elements_are_refused(name):
    with pytest.raises(Refused):
        read_bytes(after_root(CONTENTS[name], b"<a>" * 300_000))


@pytest.mark.parametrize("name", XML)
def test_a_text_of_twelve_megabytes_is_read(name):
    content = after_root(CONTENTS[name], b"<more>" + b"x" * (12 * MEGABYTE) + b"</more>")
    assert rows_of(content) == rows_of(CONTENTS[name])


def test_an_output_of_twelve_megabytes_is_read():
    content = CONTENTS["nmap_ipv6_only.xml"].replace(
        b"</service>", b'</service><script id="long" output="' + b"x" * 12_000_000 + b'"/>', 1
    )
    assert len(read_bytes(content)[0]) == 5


# JSON


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_json_nested_two_hundred_thousand_deep_is_refused(name, opening):
    at = re.search(rb"[{\[]", CONTENTS[name]).end()
    key = b'"more": ' if CONTENTS[name][at - 1 : at] == b"{" else b""
    content = CONTENTS[name][:at] + key + opening * 200_000
    with pytest.raises(Refused):
        read_bytes(content)


def places(value, path=()):
    """The path of every list and object inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        if isinstance(inner, dict | list):
            yield (*path, key)
            yield from places(inner, (*path, key))


@pytest.mark.parametrize("name", WHOLE_JSON)
@pytest.mark.parametrize("instead", [None, 7, "x", [None], {"a": None}], ids=str)
def test_anything_may_stand_where_a_list_or_an_object_belongs(name, instead):
    document = json.loads(CONTENTS[name])
    for *path, last in places(document):
        changed = copy.deepcopy(document)
        around = changed
        for step in path:
            around = around[step]
        around[last] = instead
        read_or_refuse(json.dumps(changed).encode())


@pytest.mark.parametrize("digits", [999, 5_000, 64 << 10, 3 << 20])
@pytest.mark.parametrize("before", [0, 65_000])
def test_a_number_of_any_length_is_read(digits, before):
    """Python makes no number of more than 4,300 digits; a C library must not die of that."""
    head = (
        b'{"SchemaVersion": 2, "ArtifactName": "x", "ArtifactType": "y", "Pad": "' + b"a" * before
    )
    rows, _problems, run = read_bytes(head + b'", "Number": ' + b"9" * digits + b"}")
    assert (rows, run.complete) == ([], True)


@pytest.mark.parametrize("number", [b"1e999999", b"-1e99999999999999999999", b"9" * 400, b"1e-9"])
@pytest.mark.parametrize("name", JSON)
def test_huge_numbers_are_read_or_refused(name, number):
    read_or_refuse(in_json(CONTENTS[name], number))
    read_or_refuse(re.sub(rb"(?<=: )-?\d+(?:\.\d+)?(?=[,}\s])", number, CONTENTS[name]))


# Encodings


@pytest.mark.parametrize("name", CONTENTS)
def test_a_byte_order_mark_changes_nothing(name):
    assert rows_of(codecs.BOM_UTF8 + CONTENTS[name]) == rows_of(CONTENTS[name])


@pytest.mark.parametrize("name", CONTENTS)
def test_utf16_changes_nothing(name):
    text = CONTENTS[name].decode("utf-8").replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert rows_of(text.encode("utf-16")) == rows_of(CONTENTS[name])


# Around


@pytest.mark.parametrize("name", CONTENTS)
def test_gzip_changes_nothing(name):
    assert rows_of(gzip.compress(CONTENTS[name])) == rows_of(CONTENTS[name])


def test_ten_gigabytes_of_zeros_are_refused_at_once():
    member = gzip.compress(bytes(64 * MEGABYTE), compresslevel=1)
    bomb = io.BytesIO(member * 160)
    with pytest.raises(Refused):
        list(parsers.read(bomb))
    head = gzip.compress(CONTENTS["trivy_config.json"][:-3])
    with pytest.raises(Refused):
        list(parsers.read(io.BytesIO(head + member * 160)))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused():
    stream = io.BytesIO(CHECKS)
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/media/zeros.bin", "w", force_zip64=True) as file,
    ):
        for _part in range(513):
            file.write(bytes(MEGABYTE))
    with pytest.raises(Refused):
        read_bytes(stream.getvalue())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'),
        (b"<sheetData>", b"<sheetData>" + b"<row>" * 100_000),
        (b'r="A1"', b'r="XFD1048576"'),
        (b"</sheetData>", b"<c></sheetData>"),
    ],
    ids=["entities", "nested", "a far cell", "broken"],
)
def test_a_hostile_workbook_is_read_or_refused(old, new):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(CHECKS)) as archive, zipfile.ZipFile(made, "w") as changed:
        for entry in archive.namelist():
            content = archive.read(entry)
            changed.writestr(entry, content.replace(old, new, 1) if "sheet1" in entry else content)
    read_or_refuse(made.getvalue())


def test_a_workbook_cut_at_every_kilobyte_is_refused():
    for end in range(1024, len(CHECKS) - 100, 1024):
        with pytest.raises(Refused):
            read_bytes(CHECKS[:end])


# Damage


@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_cut_anywhere_is_read_or_refused(name):
    content = CONTENTS[name]
    for end in range(0, len(content), max(1, len(content) // 40)):
        read_or_refuse(content[:end])


def long_version(name: str) -> bytes:
    """The sample with its records many times over, about a hundred kilobytes."""
    content = CONTENTS[name]
    if name in WHOLE_JSON:
        document = json.loads(content)
        _longest(document).extend(
            copy.deepcopy(_longest(document)) * (100_000 // max(1, len(content)))
        )
        return json.dumps(document, ensure_ascii=False).encode()
    if name in XML:
        return after_root(content, b"<more>" + b"x" * 50_000 + b"</more>" + b"<m/>" * 10_000)
    head, _newline, tail = content.partition(b"\n")
    return head + b"\n" + tail * (100_000 // len(content))


def _longest(value):
    lists = [value] if isinstance(value, list) else []
    inside = value.values() if isinstance(value, dict) else value
    for inner in inside:
        if isinstance(inner, dict | list):
            lists.append(_longest(inner))
    return max(lists, key=len, default=[])


@pytest.mark.parametrize("name", CONTENTS)
def test_a_long_file_cut_at_every_kilobyte_is_read_or_refused(name):
    content = long_version(name)[: 24 * 1024]
    for end in range(1024, len(content), 1024):
        read_or_refuse(content[:end])


def test_a_check_without_a_name_is_put_aside():
    """Found by `make mutations`: a command of sslyze that lost its name."""
    content = CONTENTS["sslyze.json"].replace(b'"robot"', b'""')
    rows, problems, _run = read_bytes(content)
    assert all(row.rule for row in rows)
    assert [problem.reason for problem in problems].count(reasons.NO_RULE) == 1


def test_a_mutation_that_takes_too_much_memory_stops_the_run_and_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(ten_thousand, "KEPT", tmp_path / "kept.bin")
    monkeypatch.setattr(mutations, "check", lambda _content: bytes(ten_thousand.MEMORY * 2))
    with pytest.raises(MemoryError):
        ten_thousand.count(b"damaged", ten_thousand.Tally(), "a sample")
    assert (tmp_path / "kept.bin").read_bytes() == b"damaged"


@pytest.mark.parametrize("name", CONTENTS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_samples_never_crash(name, data):
    """`make mutations` reads ten thousand of them."""
    mutations.check(data.draw(mutated(CONTENTS[name])))
