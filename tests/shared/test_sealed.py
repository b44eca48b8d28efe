import base64
import stat
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from compliance.shared import sealed
from compliance.shared.errors import Refused
from compliance.shared.sealed import Sealed, SealedTextField, seal


def test_what_is_sealed_is_opened():
    assert seal("xoxb-비밀-1234").open() == "xoxb-비밀-1234"


def test_as_text_it_is_dots_and_four_signs():
    kept = seal("whsec_0123456789")
    assert f"{kept}" == "••••6789"
    assert "0123" not in f"{kept!r} {kept} {kept.token}"


def test_of_a_short_secret_nothing_is_shown():
    assert str(seal("12345678")) == "••••"


def test_the_key_is_made_once_for_this_user_alone(settings):
    first = sealed.kept_keys()
    path = settings.VAR_DIR / "keys" / "field-keys"
    assert sealed.kept_keys() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_who_comes_second_takes_the_first_ones_key():
    first = sealed.kept_keys()
    sealed.write_keys(["another"], only_if_new=True)
    assert sealed.kept_keys() == first


def test_an_older_key_still_opens(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    kept = seal("token")
    settings.FIELD_KEYS = [new, old]
    assert kept.open() == "token"


def test_a_lost_key_is_said(settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    kept = seal("token-token-token")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert str(kept) == "••••"
    with pytest.raises(Refused):
        kept.open()


def test_a_key_that_is_none_is_said(settings):
    settings.FIELD_KEYS = ["short"]
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        seal("token")


def test_the_field_writes_what_it_read_as_it_stands():
    field = SealedTextField()
    kept = seal("token")
    assert field.get_prep_value(kept) == kept.token
    assert field.get_prep_value("") == ""
    read = field.from_db_value(field.get_prep_value("token"), None, None)
    assert isinstance(read, Sealed)
    assert read.open() == "token"


def test_a_printed_key_is_one(settings):
    out = StringIO()
    call_command("rotate_keys", "--print-new", stdout=out)
    settings.FIELD_KEYS = [out.getvalue().strip()]
    assert seal("x").open() == "x"


def test_a_changed_byte_opens_nothing():
    token = seal("xoxb-비밀-1234").token
    raw = bytearray(base64.urlsafe_b64decode(token))
    for at in range(len(raw)):
        changed = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        with pytest.raises(Refused):
            Sealed(base64.urlsafe_b64encode(changed).decode()).open()
