"""How a password is kept, by the settings as they are shipped."""

import importlib

from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password

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
