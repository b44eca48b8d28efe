"""A key of the portal's own making, for an organisation that has none: it proves that nothing changed,
but not who somebody is."""

import contextlib
import os
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.utils import timezone

_YEARS = 10


def made(folder: Path, *, slug: str, name: str) -> Path:
    """Return the file of the organisation's own key in *folder*; make it at first use."""
    path = folder / f"{slug}.p12"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep(path, _make(name))
    return path


def _make(name: str) -> bytes:
    """Return a PKCS#12 file with a new key and a certificate that it signed itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )
    now = timezone.now() - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=366 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signing_only(), critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        name.encode()[:64], key, certificate, None, NoEncryption()
    )


def _signing_only() -> x509.KeyUsage:
    names = (
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    off = dict.fromkeys(names, False)
    return x509.KeyUsage(digital_signature=True, content_commitment=True, **off)


def _keep(path: Path, content: bytes) -> None:
    """Write under a name of our own, then link: of two processes, one key wins and both use it."""
    mine = path.with_suffix(f".{os.getpid()}")
    handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
    finally:
        mine.unlink()
