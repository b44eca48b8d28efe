"""Sign the packet's PDF: with the organisation's certificate where one is set, else with a key of
the portal's own making, which proves that nothing changed but not who somebody is."""

import contextlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

T = TypeVar("T")
FIELD = "GatepassPacket"
_YEARS = 10
# More than any signature with a certificate chain needs; fixed, so that it never depends on it.
_RESERVED = 16 * 1024


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its certificate, in a PKCS#12 file."""

    path: Path
    passphrase: str
    self_signed: bool


def configured(path: str, passphrase: str) -> Key:
    """Return the key that the settings name. Raises ImproperlyConfigured with a sentence."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(
            f"PACKET_SIGNING_KEY names {path}, which cannot be read ({error.strerror})."
        ) from error
    try:
        _key, certificate, _more = pkcs12.load_key_and_certificates(
            content, passphrase.encode() or None
        )
    except ValueError as error:
        raise ImproperlyConfigured(
            f"PACKET_SIGNING_KEY names {path}, but it does not open with "
            "PACKET_SIGNING_PASSPHRASE; it must be a PKCS#12 file."
        ) from error
    if certificate is None:
        raise ImproperlyConfigured(f"PACKET_SIGNING_KEY names {path}, which has no certificate.")
    return Key(Path(path), passphrase, certificate.issuer == certificate.subject)


def own(folder: Path, *, slug: str, name: str) -> Key:
    """Return the organisation's own key in *folder*; make it at first use, readable to us alone."""
    path = folder / f"{slug}.p12"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep(path, _make(name))
    return Key(path, "", self_signed=True)


def chain(key: Key) -> list[str]:
    """Return the SHA-256 of every certificate that goes with the signer's own."""
    _key, _own, more = pkcs12.load_key_and_certificates(
        key.path.read_bytes(), key.passphrase.encode() or None
    )
    return sorted(each.fingerprint(hashes.SHA256()).hex() for each in more)


def sign(source: Path, out: Path, *, key: Key, at: datetime, reason: str) -> None:
    """Write *source* with a PAdES signature over all of it to *out*.

    *at* is the time of the freeze, not of the clock: the same freeze and key give the same bytes.
    """
    signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        str(key.path), passphrase=key.passphrase.encode() or None
    )
    if signer is None:
        raise ImproperlyConfigured(f"{key.path} cannot be used to sign; it must be a PKCS#12 file.")
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        name=_name_of(signer.signing_cert),
    )
    with source.open("rb") as file, out.open("w+b") as target:
        writer = _Writer(file)
        signing = _Signer(meta, signer, at)
        apart(lambda: signing.sign_pdf(writer, output=target, bytes_reserved=_RESERVED))


def apart(work: Callable[[], T]) -> T:
    """Do *work* in a thread of its own: pyHanko's plain calls start an event loop, which a thread
    that runs one already, as under an asynchronous server, refuses."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature as a revision whose bytes follow from the document's."""

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        # The library draws a random second half; the first half already names these contents.
        first = prev.trailer["/ID"][0]
        raw = getattr(first, "original_bytes", first)
        return generic.ArrayObject([generic.ByteStringObject(raw)] * 2)

    def _update_meta(self) -> None:
        """Leave dates and metadata alone: the library would write the clock's time into them."""


class _Signer(signers.PdfSigner):
    def __init__(self, meta: Any, signer: Any, at: datetime) -> None:
        super().__init__(meta, signer)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


def _name_of(certificate: asn1_x509.Certificate) -> str:
    native = certificate.subject.native
    return str(native.get("common_name") or certificate.subject.human_friendly)


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
