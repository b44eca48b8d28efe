"""tools/verify_packet.py: a reviewer's own check, with nothing but Python."""

import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "tools" / "verify_packet.py"


def run(path: Path) -> tuple[int, str]:
    # -I and -S: no site-packages, no environment, as on the reviewer's machine.
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_what_was_built_is_intact(built):
    for path in (built.pdf, built.zip):
        code, said = run(path)
        assert code == 0, said
        assert "NOT" not in said


def is_in_signature(data: bytes, place: int) -> bool:
    begin = data.rindex(b"/Contents <")
    return begin < place < data.index(b">", begin)


def test_any_flipped_byte_is_found(built, tmp_path):
    chance = random.Random(5)  # noqa: S311 - the same places each time
    for path in (built.pdf, built.zip):
        data = path.read_bytes()
        copy = tmp_path / path.name
        for _ in range(25):
            place = chance.randrange(len(data) - 200)
            if is_in_signature(data, place):
                continue  # that is for a PDF reader
            copy.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            code, _said = run(copy)
            assert code in {1, 2}, (path.name, place)


@pytest.fixture
def packed_again(built, tmp_path):
    def pack(change) -> Path:
        path = tmp_path / built.zip.name
        with zipfile.ZipFile(built.zip) as old, zipfile.ZipFile(path, "w") as new:
            for info in old.infolist():
                change(new, info.filename, old.read(info))
        return path

    return pack


def test_it_names_what_was_altered(packed_again):
    def change(new, name, data):
        new.writestr(name, data + b"!" if "네트워크 구성도" in name else data)

    code, said = run(packed_again(change))
    assert code == 1
    assert "ALTERED (변경됨)  증적/OI-NET-03/E-30_네트워크 구성도" in said


def test_it_names_what_is_missing_and_what_was_added(packed_again):
    def change(new, name, data):
        if "네트워크 구성도" not in name:
            new.writestr(name, data)
        if name == "manifest.json":
            new.writestr("증적/덧붙임.txt", b"x")

    code, said = run(packed_again(change))
    assert code == 1
    assert "MISSING (없음)" in said
    assert "ADDED (추가됨)  증적/덧붙임.txt" in said


def test_another_file_is_no_packet(tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.7\n%%EOF\n")
    code, said = run(path)
    assert code == 2
    assert "no packet" in said


def test_it_needs_nothing_but_python():
    imported = {
        line.split()[1].partition(".")[0]
        for line in SCRIPT.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= sys.stdlib_module_names
