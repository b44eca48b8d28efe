"""How a password is kept, by the settings as they are shipped."""

import importlib

from django.contrib.auth.hashers import check_password, get_hasher, identify_hasher, make_password

# What the standard's appendix asks of PBKDF2 with SHA-256.
LEAST = 600_000


def test_a_password_is_stretched(settings):
    shipped = importlib.import_module("django.conf.global_settings").PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = getattr(
        importlib.import_module("portal.settings"), "PASSWORD_HASHERS", shipped
    )
    kept = make_password("correct horse battery staple")
    hasher = identify_hasher(kept)
    assert hasher.algorithm == get_hasher().algorithm == "pbkdf2_sha256"
    assert int(kept.split("$")[1]) >= LEAST


def test_a_password_counts_to_its_last_character():
    long = "관문 " * 40 + "끝"
    kept = make_password(long)
    assert check_password(long, kept)
    for other in (long[:-1], long + " ", long.replace("관", "곤", 1), long[:72]):
        assert not check_password(other, kept)
