"""Keys of test people: PKCS#12 files, issued by an authority of the tests or by themselves."""

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.utils import timezone

from compliance.packets import signing
from compliance.packets.signing.keys import of

SECRET = "비밀 secret"


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject: str,
    key: Any,
    issuer: str = "",
    issuer_key: Any = None,
    *extensions: x509.ExtensionType,
    days: tuple[int, int] = (-1, 30),
) -> x509.Certificate:
    """A certificate of *subject*, self-signed without *issuer*, valid from and until so many days."""
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer or subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    for extension in extensions:
        made = made.add_extension(extension, critical=True)
    return made.sign(issuer_key or key, hashes.SHA256())


def packed(key: Any, own: x509.Certificate, *more: x509.Certificate) -> bytes:
    encryption = BestAvailableEncryption(SECRET.encode())
    return pkcs12.serialize_key_and_certificates(b"own", key, own, more or None, encryption)


def usage(**on: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**dict.fromkeys(names, False) | on)


def person(subject: str, *, curve: bool = False) -> signing.Key:
    """A person's key in memory, issued by an authority that comes with it."""
    root_key, key = rsa_key(), ec_key() if curve else rsa_key()
    root = certificate("시험 인증기관", root_key)
    own = certificate(subject, key, "시험 인증기관", root_key)
    return of(key, own, [root])
