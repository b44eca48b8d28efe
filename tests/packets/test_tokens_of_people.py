"""A key in a token signs without ever leaving it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from compliance.packets import seal, signing
from compliance.packets.signing import hardware
from compliance.packets.signing.keys import Unopened, name_of
from tests.packets.test_signed_document import AT

pytestmark = pytest.mark.services


@pytest.fixture(autouse=True)
def _named(settings, pkcs11_token):
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN = pkcs11_token.module, pkcs11_token.label


@pytest.mark.parametrize("label", ["가", "나"])
def test_a_token_signs(built, tmp_path, pkcs11_token, label):
    key = hardware.key(label, pkcs11_token.pin)
    out = tmp_path / "out.pdf"
    signing.sign(built.pdf, out, key=key, wish=signing.Wish("preparer", AT, "작성", "가", ["x"]))
    found = seal.check(out.read_bytes())
    assert found.intact, found.problem
    assert found.people[0].signer == f"토큰의 {label}"


def test_the_organisations_seal_may_live_in_a_token(pkcs11_token):
    key = signing.configured("pkcs11:가", pkcs11_token.pin)
    assert name_of(key.certificate) == "토큰의 가"
    with pytest.raises(ImproperlyConfigured, match="PACKET_SIGNING_PASSPHRASE"):
        signing.configured("pkcs11:가", "9999")


def test_what_does_not_open_is_a_sentence(settings, pkcs11_token):
    with pytest.raises(Unopened, match="PIN"):
        hardware.key("가", "9999")
    with pytest.raises(Unopened, match="다"):
        hardware.key("다", pkcs11_token.pin)
    settings.PKCS11_TOKEN = "another"
    with pytest.raises(Unopened, match="another"):
        hardware.key("가", pkcs11_token.pin)
    settings.PKCS11_MODULE = "/nowhere.so"
    with pytest.raises(Unopened):
        hardware.key("가", pkcs11_token.pin)
