"""A company signs with its own certificate; without one the portal makes a key and says so."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from compliance.packets import building, signing
from compliance.packets.verify import verify
from tests.packets.conftest import open_sample
from tests.packets.samples import make_manifest


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key):
    now = timezone.now()
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(issuer_key, hashes.SHA256())
    )


@pytest.fixture(scope="module", params=["rsa", "ec"])
def company(request, tmp_path_factory):
    """The company's PKCS#12 file: its certificate, issued by an authority that is in it too."""
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if request.param == "rsa":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("시험 인증기관", root_key, "시험 인증기관", root_key)
    own = certificate("만나배달 대표이사", key, "시험 인증기관", root_key)
    path = tmp_path_factory.mktemp("p12") / "company.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"company", key, own, [root], BestAvailableEncryption(b"secret")
        )
    )
    return path


@pytest.fixture
def signed(company, store, tmp_path):
    key = signing.configured(str(company), "secret")
    folder = tmp_path / "out"
    folder.mkdir()
    return building.build(
        make_manifest(),
        "ko",
        folder,
        store=store,
        open_file=open_sample,
        key=key,
        step=lambda *_: None,
    )


def test_the_companys_name_stands_in_the_signature(signed):
    report = verify(signed.pdf)
    assert report.intact, report.wrong
    assert report.signature.signer == "만나배달 대표이사"
    assert not report.signature.self_signed


def test_every_digit_of_the_signature_matters(signed, tmp_path):
    data = signed.pdf.read_bytes()
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    copy = tmp_path / "copy.pdf"
    for place in range(start, start + 6000, 23):
        other = b"0" if data[place : place + 1] != b"0" else b"1"
        copy.write_bytes(data[:place] + other + data[place + 1 :])
        assert not verify(copy).intact, place


def test_a_wrong_passphrase_is_a_sentence(company):
    with pytest.raises(ImproperlyConfigured, match="PACKET_SIGNING_PASSPHRASE"):
        signing.configured(str(company), "wrong")


def test_a_missing_key_file_is_a_sentence(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        signing.configured(str(tmp_path / "absent.p12"), "")
