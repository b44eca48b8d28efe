"""The ZIP of a packet: names that every system can write, any size, whole or not there at all."""

import hashlib
import io
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
import zlib

import pytest

from compliance.packets import _container, archive, packing, paths
from compliance.packets.archive import Writer
from compliance.packets.manifest import files
from compliance.shared.errors import Refused
from tests.packets.conftest import open_sample
from tests.packets.samples import FROZEN, make_manifest

TEXT = "방화벽 정책 목록입니다. ".encode() * 400


def packed(*contents: tuple[str, bytes], media_type: str = "text/plain") -> bytes:
    out = io.BytesIO()
    writer = Writer(out, frozen_at=FROZEN)
    for name, data in contents:
        writer.add(name, [data], size=len(data), media_type=media_type)
    writer.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("con.txt", "E-1__con.txt"),
        ('a<b>:c|d?e*f"g.png', "E-1_a_b__c_d_e_f_g.png"),
        ("끝에 점...", "E-1_끝에 점"),
        ("끝에 빈칸.pdf   ", "E-1_끝에 빈칸.pdf"),
        (unicodedata.normalize("NFD", "방화벽.pdf"), "E-1_방화벽.pdf"),
        ("..\\..\\etc\\passwd", "E-1_passwd"),
        ("a\u202egnp.exe", "E-1_agnp.exe"),
    ],
)
def test_names_that_windows_cannot_write_become_ones_it_can(given, wanted):
    assert paths.join("증적\0OI-NET-01", "E-1", given) == f"증적/OI-NET-01/{wanted}"


@pytest.mark.parametrize("code", ["A/B", "CON", "3.", "a:b", "..", "요구사항 " * 40, "lpt¹"])
def test_a_folder_is_one_that_windows_can_make(code):
    folder = paths.join(f"증적\0{code}", "E-1", "a.png").split("/")
    assert len(folder) == 3
    name = folder[1]
    assert not set(name) & set('<>:"|?*\\')
    assert name == name.rstrip(" .")
    assert name.lower() not in {"con", "..", "lpt¹"}
    assert len(name) <= 41


@pytest.mark.parametrize(
    "name", ["가" * 300 + ".pdf", "😀" * 300 + ".pdf", "a" * 300 + "." + "b" * 60]
)
def test_no_name_is_too_long_for_linux_or_windows(name):
    path = paths.join("증적\0" + "나" * 60, "E-1", name)
    assert all(len(part.encode()) <= 255 for part in path.split("/"))
    assert len(path.encode("utf-16-le")) // 2 <= paths.LONGEST_PATH
    note = paths.missing(path)
    assert paths.is_missing(note)
    assert all(len(part.encode()) <= 255 for part in note.split("/"))


def test_names_that_some_system_takes_for_one_are_told_apart():
    taken: set[str] = set()
    given = ["a/Plan.pdf", "a/plan.PDF", "a/ＰＬＡＮ.pdf", "a/straße.txt", "a/STRASSE.txt"]
    free = [paths.free(each, taken) for each in given]
    assert len({paths.same(each) for each in free}) == len(given)
    assert free[:2] == ["a/Plan.pdf", "a/plan_2.PDF"]


def test_what_shrinks_is_deflated_and_what_is_compressed_is_stored():
    data = packed(("a.txt", TEXT), ("b.bin", hashlib.shake_256(b"x").digest(5000)))
    data_png = packed(("c.png", TEXT), media_type="image/png")
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert [info.compress_type for info in found.infolist()] == [8, 0]
        assert found.read("a.txt") == TEXT
        assert found.testzip() is None
    with zipfile.ZipFile(io.BytesIO(data_png)) as found:
        assert found.infolist()[0].compress_type == 0


def test_every_name_says_that_it_is_utf_8():
    with zipfile.ZipFile(io.BytesIO(packed(("증적/방화벽.txt", TEXT)))) as found:
        (info,) = found.infolist()
        assert info.flag_bits == 0x800
        assert info.filename == "증적/방화벽.txt"
        assert info.external_attr >> 16 == 0o100644


def test_more_files_than_sixteen_bits_can_count():
    data = packed(*((f"{number}.txt", b"x") for number in range(66_000)))
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert len(found.infolist()) == 66_000
        assert found.read("65999.txt") == b"x"
    mine = _container.read(data)
    assert len(mine.found) == 66_000
    assert mine.content("65999.txt") == b"x"


@pytest.mark.parametrize("limit", [1024, 6000, 20_000])
def test_sizes_and_places_beyond_the_old_fields_stand_in_zip64(monkeypatch, limit):
    """A small limit instead of 4 GiB: the same fields, read by Python's own reader."""
    monkeypatch.setattr(archive, "LIMIT", limit)
    contents = [
        ("a.txt", TEXT),
        ("small.bin", b"12345"),
        ("b.bin", bytes(9000)),
        ("c.txt", TEXT[:900]),
    ]
    data = packed(*contents)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert {name: found.read(name) for name in found.namelist()} == dict(contents)
    mine = _container.read(data)
    assert {each.name: mine.content(each.name) for each in mine.found} == dict(contents)


def test_a_file_in_pieces_is_the_same_as_at_once():
    whole, pieces = io.BytesIO(), io.BytesIO()
    for out, chunks in ((whole, [TEXT]), (pieces, [TEXT[:7], TEXT[7:5000], TEXT[5000:]])):
        writer = Writer(out, frozen_at=FROZEN)
        writer.add("x.png", chunks, size=len(TEXT), media_type="image/png")
        writer.close()
    assert whole.getvalue() == pieces.getvalue()
    out = io.BytesIO()
    writer = Writer(out, frozen_at=FROZEN)
    writer.add("x.txt", [TEXT[:700], TEXT[700:]], size=len(TEXT))
    writer.close()
    with zipfile.ZipFile(out) as found:
        assert found.read("x.txt") == TEXT


def test_a_file_that_is_not_as_long_as_announced_is_refused():
    for chunks in ([b"abc"], [b"abc", b"def", b"g"]):
        with pytest.raises(Refused):
            Writer(io.BytesIO(), frozen_at=FROZEN).add("x", chunks, size=5)


def test_memory_does_not_grow_with_the_files(tmp_path):
    block = bytes(1 << 20)
    tracemalloc.start()
    with (tmp_path / "big.zip").open("wb") as file:
        writer = Writer(file, frozen_at=FROZEN)
        writer.add("big.png", (block for _ in range(64)), size=64 << 20, media_type="image/png")
        writer.close()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_deflate_has_bits_of_its_own_and_the_directory_notes_them():
    data = packed(("a.txt", TEXT))
    found = _container.read(data).found[0]
    assert found.entry.packed_crc == zlib.crc32(data[found.start : found.end])


def test_the_packet_has_its_tables_and_passes_sha256sum(built, tmp_path):
    with zipfile.ZipFile(built.zip) as found:
        names = found.namelist()
        found.extractall(tmp_path)
    assert names[:2] == [built.pdf.name, "manifest.json"]
    assert names[2:8] == [
        "보완조치내역서.csv",
        "보완조치내역서.xlsx",
        "이행점검표.xlsx",
        "oscal-assessment-results.json",
        "점검결과/결함목록.csv",
        "점검결과/결함목록.xlsx",
    ]
    assert names[-1] == "SHA256SUMS"
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert {line[66:] for line in lines} == set(names) - {"SHA256SUMS"}


def test_the_same_pdf_gives_the_same_zip_again(built, tmp_path):
    again = tmp_path / built.zip.name
    packing.pack(make_manifest(), built.pdf, again, open_sample)
    assert again.read_bytes() == built.zip.read_bytes()


_FULL = """
import resource, signal, sys
from pathlib import Path
import django
django.setup()
from compliance.packets import packing
from compliance.shared.errors import Refused
from tests.packets.conftest import open_sample
from tests.packets.samples import make_manifest
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    packing.pack(make_manifest(), Path(sys.argv[1]), Path(sys.argv[2]), open_sample)
except Refused as refusal:
    print(refusal)
    sys.exit(7)
"""


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_full_disk_is_a_sentence_and_leaves_nothing(built, tmp_path, share):
    """The kernel refuses to write more than a part of the ZIP, as a full disk does."""
    out = tmp_path / "out" / "packet.zip"
    out.parent.mkdir()
    most = int(built.zip.stat().st_size * share)
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(built.pdf), str(out), str(most)],
        env={"DJANGO_SETTINGS_MODULE": "portal.settings", "PATH": "", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 7, done.stderr
    assert "disk is full" in done.stdout or "디스크" in done.stdout
    assert list(out.parent.iterdir()) == []


def test_a_file_that_is_gone_half_way_leaves_no_zip(built, tmp_path):
    last = files(make_manifest())[-1]["path"]

    def breaking(file):
        if file["path"] == last:
            raise Refused("gone")
        yield from open_sample(file)

    with pytest.raises(Refused, match="gone"):
        packing.pack(make_manifest(), built.pdf, tmp_path / "x.zip", breaking)
    assert [each for each in tmp_path.iterdir() if each.is_file()] == []
