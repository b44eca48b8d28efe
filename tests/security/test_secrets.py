"""Keys, sessions, codes and passwords: how long, how made, how kept, how asked for."""

import hashlib
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from compliance.accounts.models import Session, User
from compliance.packets import signing
from tests.conftest import PASSWORD

SIGN_IN = reverse("accounts:sign-in")
RANDOM_BITS = 128
CODE_BITS = 20
LEAST_LONGEST = 64


def test_nobody_is_made_by_a_migration(db):
    assert not User.objects.exists()


def test_the_key_of_a_session_cannot_be_guessed(alice, browse):
    for _each in range(3):
        browse().post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    keys = set(Session.objects.values_list("pk", flat=True))
    assert len(keys) == 3
    for key in keys:
        # A sign of 36 holds a little over five bits.
        assert re.fullmatch(r"[a-z0-9]+", key)
        assert len(key) * 5 >= RANDOM_BITS


def test_a_password_does_not_age(alice, browse, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=1000), tick=False)
    answer = browse().post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    assert answer["Location"] == "/"


def test_no_field_of_a_password_shows_it_or_keeps_managers_out(alice, browse):
    pages = [browse().get(SIGN_IN), browse(alice).get(reverse("account_change_password"))]
    for page in pages:
        fields = re.findall(r"<input[^>]*name=\"[a-z]*password[^>]*>", page.content.decode())
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(?:current|new)-password"', field)
            longest = re.search(r'maxlength="(\d+)"', field)
            assert longest is None or int(longest[1]) >= LEAST_LONGEST


def test_signing_out_is_at_hand_on_a_page(alice, browse):
    for path in ("/o/manna/requirements/", reverse("accounts:security")):
        assert reverse("accounts:sign-out") in browse(alice).get(path).content.decode()


def test_words_of_the_product_and_the_person_are_no_password(alice):
    for word in ("gatepassgatepass", "gatepass2026!", "관문관문관문관문관문관문", alice.email):
        with pytest.raises(ValidationError):
            validate_password(word, alice)


def test_a_breached_password_is_refused_without_asking_anybody(alice, tmp_path, settings):
    word = "seven-otters-climb-orange-stairs"
    hashes = [
        hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest().upper()
        for each in (word, "a", "b")
    ]
    settings.BREACHED_PASSWORDS = tmp_path / "hashes"
    settings.BREACHED_PASSWORDS.write_text("".join(f"{each}:3\n" for each in sorted(hashes)))
    with pytest.raises(ValidationError, match="유출|breach"):
        validate_password(word, alice)
    validate_password(f"{word}-too", alice)


def test_no_recovery_code_stands_in_the_database_and_each_is_long(alice):
    codes = RecoveryCodes.activate(alice).generate_codes()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert len(set(codes)) == len(codes) == 10
    for code in codes:
        assert code not in kept
        assert len(code) * 3 >= CODE_BITS, "a digit holds over three bits"


def test_the_own_key_is_long_enough(tmp_path):
    own = signing.own(tmp_path / "keys", slug="manna", name="만나배달")
    public = load_der_public_key(own.certificate.public_key.dump())
    assert public.key_size >= 3072
    assert own.certificate.hash_algo == "sha256"


def test_a_parameter_has_one_source(alice, browse):
    """What stands in the address is not taken for what was sent."""
    answer = browse().post(f"{SIGN_IN}?username={alice.email}&password={PASSWORD}", {})
    assert answer.status_code == 200
    assert not Session.objects.filter(user=alice).exists()
