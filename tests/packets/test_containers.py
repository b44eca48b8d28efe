"""What somebody may do to a ZIP: the portal and the standalone script both name it."""

import ast
import base64
import hashlib
import importlib.util
import json
import random
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile

import pytest

from compliance.packets import _container, archive, companions
from compliance.packets._verify_zip import container_name
from compliance.packets.report import Verdict
from compliance.packets.verify import verify
from tests.packets.test_standalone import SCRIPT, is_in_signature, run

DIAGRAM = "증적/OI-NET-03/E-30_네트워크 구성도.pdf"
POLICY = "증적/OI-NET-03/E-31_방화벽 정책.png"


def wrong(path) -> dict[str, str]:
    return {each.name: each.detail for each in verify(path).wrong}


@pytest.fixture(scope="session")
def script():
    spec = importlib.util.spec_from_file_location("verify_packet", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def again(built, tmp_path):
    """again(change) packs the ZIP anew; change(name, data) yields (ZipInfo or name, data) pairs."""

    def pack(change, method=zipfile.ZIP_STORED):
        path = tmp_path / built.zip.name
        with zipfile.ZipFile(built.zip) as old, zipfile.ZipFile(path, "w", method) as new:
            for name in old.namelist():
                for info, data in change(name, old.read(name)):
                    new.writestr(info, data)
        return path

    return pack


@pytest.fixture
def edited(built, tmp_path):
    """edited(change) is a copy with change(bytearray) done to it."""

    def edit(change):
        data = bytearray(built.zip.read_bytes())
        path = tmp_path / built.zip.name
        path.write_bytes(bytes(change(data) or data))
        return path

    return edit


def test_a_comment_is_named(edited):
    def change(data):
        data[-2:] = struct.pack("<H", 6)
        return data + b"hidden"

    path = edited(change)
    assert "6" in wrong(path)[container_name()]
    code, said = run(path)
    assert code == 1
    assert "comment" in said


def test_bytes_between_two_files_are_named(built, tmp_path):
    """The directory is moved along, so that every tool unpacks the ZIP as before."""
    data, at = built.zip.read_bytes(), 0
    with zipfile.ZipFile(built.zip) as found:
        infos = sorted(found.infolist(), key=lambda info: info.header_offset)
        at = infos[3].header_offset
    hidden = b"something that no tool shows"
    place = data.rindex(archive.END)
    directory = bytearray(data[struct.unpack_from("<I", data, place + 16)[0] : place])
    end = bytearray(data[place:])
    cursor = 0
    while cursor < len(directory):
        lengths = struct.unpack_from("<3H", directory, cursor + 28)
        (offset,) = struct.unpack_from("<I", directory, cursor + 42)
        if offset >= at:
            struct.pack_into("<I", directory, cursor + 42, offset + len(hidden))
        cursor += 46 + sum(lengths)
    begin = struct.unpack_from("<I", end, 16)[0]
    struct.pack_into("<I", end, 16, begin + len(hidden))
    path = tmp_path / "gap.zip"
    path.write_bytes(data[:at] + hidden + data[at:begin] + bytes(directory) + bytes(end))
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
    told = wrong(path)
    assert set(told) == {container_name()}
    assert infos[3].filename in told[container_name()]
    assert str(len(hidden)) in told[container_name()]
    code, said = run(path)
    assert code == 1
    assert infos[3].filename in said


def test_a_link_is_named(again):
    def change(name, data):
        if name != POLICY:
            yield name, data
            return
        link = zipfile.ZipInfo(name)
        link.create_system, link.external_attr = 3, 0o120777 << 16
        yield link, b"/etc/passwd"

    path = again(change)
    assert POLICY in wrong(path)
    code, said = run(path)
    assert (code, "it is a link" in said) == (1, True)


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a\\..\\evil.txt", "C:evil.txt"])
def test_a_name_that_leads_out_is_named(again, name):
    path = again(lambda n, d: [(n, d), *([(name, b"x")] if n == "SHA256SUMS" else [])])
    assert name in wrong(path)
    code, said = run(path)
    assert code == 1
    assert name in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_named_whichever_is_the_good_one(built, again):
    for first in (True, False):

        def change(name, data, first=first):
            if name != POLICY:
                return [(name, data)]
            pair = [(name, data), (name, b"forged")]
            return pair if first else pair[::-1]

        path = again(change)
        assert POLICY in wrong(path)
        code, said = run(path)
        assert code == 1
        assert f"  {POLICY}  " in said


def test_a_renamed_file_is_told_from_a_missing_and_an_added_one(again):
    path = again(lambda n, d: [("증적/딴 이름.png" if n == POLICY else n, d)])
    report = verify(path)
    found = {each.name: each for each in report.wrong}
    assert found[POLICY].verdict == Verdict.RENAMED
    assert "딴 이름.png" in found[POLICY].detail
    assert "증적/딴 이름.png" not in found
    code, said = run(path)
    assert code == 1
    assert f"RENAMED (이름 바뀜)  {POLICY}" in said


def test_a_second_copy_under_another_name_is_said_to_be_one(again):
    path = again(lambda n, d: [(n, d), *([("증적/사본.png", d)] if n == POLICY else [])])
    found = {each.name: each for each in verify(path).wrong}
    assert found["증적/사본.png"].verdict == Verdict.ADDED
    assert POLICY in found["증적/사본.png"].detail


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_macs_take_hangul_apart_and_nothing_is_missing(again, method):
    path = again(lambda n, d: [(unicodedata.normalize("NFD", n), d)], method)
    assert set(wrong(path)) == {container_name()}
    code, said = run(path)
    assert code == 1
    assert "MISSING" not in said
    assert "packed again" in said


def test_old_korean_tools_write_cp949_and_nothing_is_missing(built, tmp_path):
    """Names without the flag that says UTF-8, as Windows' own folders once wrote them."""

    class Old(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):  # noqa: N802 - the library's name
            return self.filename.encode("cp949"), self.flag_bits

    path = tmp_path / "old.zip"
    with zipfile.ZipFile(built.zip) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(Old(name), old.read(name))
    assert set(wrong(path)) == {container_name()}


def test_a_bomb_is_not_unpacked(again, tmp_path):
    """300 MB of zeros in the place of a capture of a few kilobytes."""
    path = again(lambda n, d: [(n, bytes(300 << 20) if n == POLICY else d)], zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 3 << 20
    tracemalloc.start()
    found = {each.name: each.verdict for each in verify(path).wrong}
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[POLICY] == Verdict.ALTERED
    assert peak < 64 << 20
    code, said = run(path)
    assert code == 1
    assert "more than it should" in said


def test_files_that_lie_in_one_another_are_not_hashed_without_end(built, tmp_path, monkeypatch):
    """Twenty thousand entries that share the megabyte of the document, each beginning elsewhere."""
    data = built.zip.read_bytes()
    place = data.rindex(archive.END)
    (begin,) = struct.unpack_from("<I", data, place + 16)
    size, lines = built.pdf.stat().st_size // 2, []
    for number in range(20_000):
        sizes = (0, size, size, 8, 0, 0, 0, 0, 0)
        line = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0x800, 0, 0, 0, *sizes, number + 40)
        lines.append(line + f"{number:08}".encode())
    directory = data[begin:place] + b"".join(lines)
    count = struct.unpack_from("<H", data, place + 10)[0] + 20_000
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), begin, 0)
    path = tmp_path / "overlap.zip"
    path.write_bytes(data[:begin] + directory + end)
    hashed, measure = [], _container._measure
    monkeypatch.setattr(
        _container,
        "_measure",
        lambda *given: hashed.append(found := measure(*given)) or found,
    )
    report = verify(path)
    assert len(report.wrong) > 20_000
    assert sum(each.size for each in hashed) < 20_000 * size // 2


@pytest.mark.parametrize("name", companions.NAMES)
def test_every_table_is_measured_by_the_signed_document(again, name):
    path = again(lambda n, d: [(n, d[:-1] + b"!" if n == name else d)])
    assert name in wrong(path)
    code, said = run(path)
    assert code == 1
    assert f"ALTERED (변경됨)  {name}" in said


@pytest.mark.parametrize("name", companions.NAMES)
def test_a_forged_table_with_a_forged_check_sum_is_found(again, name):
    contents = {}

    def collect(n, d):
        contents[n] = d
        return [(n, d)]

    again(collect)
    forged = contents[name] + b" "
    old, new = (hashlib.sha256(each).hexdigest().encode() for each in (contents[name], forged))
    path = again(
        lambda n, d: [(n, forged if n == name else d.replace(old, new) if n == "SHA256SUMS" else d)]
    )
    assert name in wrong(path)
    assert run(path)[0] == 1


def test_hundreds_of_flipped_bytes_are_found_by_the_script_too(built, tmp_path, script):
    """Everywhere but in the PDF's signature itself, which is for a PDF reader."""
    data = built.zip.read_bytes()
    with zipfile.ZipFile(built.zip) as found:
        end_of_pdf = sorted(info.header_offset for info in found.infolist())[1]
    chance = random.Random(11)  # noqa: S311 - the same places each time
    copy = tmp_path / built.zip.name
    places = [chance.randrange(end_of_pdf, len(data)) for _ in range(300)]
    places += [chance.randrange(data.rindex(archive.CENTRAL) - 2000, len(data)) for _ in range(100)]
    for place in places:
        assert place >= end_of_pdf or not is_in_signature(data[:end_of_pdf], place)
        copy.write_bytes(
            data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]
        )
        try:
            report, _manifest = script.check(copy)
        except script.NoPacket:
            continue
        assert any(verdict != script.GOOD for verdict, _detail in report.values()), place


def test_the_script_finds_every_bit_of_the_place_of_the_directory(built, tmp_path, script):
    """Damage there moves every file, even to before the beginning."""
    data = built.zip.read_bytes()
    copy = tmp_path / built.zip.name
    for bit in range(64):
        place = len(data) - 10 + bit // 8
        changed = bytes([data[place] ^ (1 << bit % 8)])
        copy.write_bytes(data[:place] + changed + data[place + 1 :])
        try:
            report, _manifest = script.check(copy)
        except script.NoPacket:
            continue
        assert any(verdict != script.GOOD for verdict, _detail in report.values()), bit


def test_the_script_speaks_python_3_8():
    text = SCRIPT.read_text()
    ast.parse(text, feature_version=(3, 8))
    for newer in (".removeprefix(", ".removesuffix(", "match ", "zip(strict", " | None"):
        assert newer not in text
    assert len(text.splitlines()) <= 425


def test_the_script_writes_its_report(built, tmp_path):
    for name in ("r.html", "r.json"):
        command = [sys.executable, "-I", "-S", str(SCRIPT), str(built.zip), str(tmp_path / name)]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    told = json.loads((tmp_path / "r.json").read_text())
    assert [name for _v, name, _d in told["parts"] if name == POLICY] == [POLICY]
    page = (tmp_path / "r.html").read_text()
    assert POLICY in page
    assert "그대로" in page


def test_the_script_checks_the_audit_proof(script):
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(5)]
    hashed = [hashlib.sha256(b"\0" + each).digest() for each in leaves]

    def node(left, right):
        return hashlib.sha256(b"\1" + left + right).digest()

    left = node(node(hashed[0], hashed[1]), node(hashed[2], hashed[3]))
    root = base64.b64encode(node(left, hashed[4])).decode()
    section = {
        "note": f"gatepass/audit/1\n5\n{root}\nhead -\nat x\n\n— k s\n",
        "cited": [{"seq": 3, "digest": leaves[2].hex()}],
        "nodes": [
            {"low": 0, "high": 2, "hash": node(hashed[0], hashed[1]).hex()},
            {"low": 3, "high": 4, "hash": hashed[3].hex()},
            {"low": 4, "high": 5, "hash": hashed[4].hex()},
        ],
    }
    for digest, good in ((leaves[2].hex(), True), (leaves[1].hex(), False), ("xx", False)):
        section["cited"][0]["digest"] = digest
        report = script.Report()
        script.check_audit({"audit": section}, report)
        assert (report["audit log"][0] == script.GOOD) is good
    assert "Ed25519" in script.__doc__
