import unicodedata

import pytest

from compliance.vault.names import clean_name, extension


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/shadow.conf", "shadow.conf"),
        ("방화벽\x00 정책.pdf", "방화벽 정책.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        (unicodedata.normalize("NFD", "방화벽.pdf"), "방화벽.pdf"),
        ("CON.txt", "_CON.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("..", "file"),
        ("", "file"),
        ("  .hidden.txt. ", "hidden.txt"),
        ("줄\n바꿈.log", "줄바꿈.log"),
    ],
)
def test_it_keeps_what_is_harmless(given, kept):
    assert clean_name(given) == kept


def test_three_hundred_hangul_characters_keep_their_extension():
    name = clean_name("가" * 300 + ".pdf")
    assert len(name) == 200
    assert extension(name) == "pdf"


def test_it_is_stable():
    once = clean_name("../가" * 100 + " .  .pdf")
    assert clean_name(once) == once
