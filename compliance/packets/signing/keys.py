"""What signs: a key with its certificate, out of a file that is asked for each time and kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509
from cryptography import x509 as pyca_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
from django.utils.translation import gettext as _

from compliance.packets.signing import npki
from compliance.packets.templatetags.packet import day
from compliance.shared.errors import Refused

# A file with a key and a chain of certificates has some thousand bytes.
LARGEST = 256 * 1024
_SMALLEST_RSA = 2048
# Opening a file costs its own number of rounds, which whoever made it chose.
_MOST_ROUNDS = 5_000_000
# What a certificate may be meant for that has nothing to do with a person's signature.
_OTHER_USES = {"server_auth", "time_stamping", "ocsp_signing"}


class Unopened(Refused):
    """The file does not give a key; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    """*raw* returns the signature of bytes: RSA (PKCS #1 1.5) or ECDSA, with SHA-256.

    *chain* are the certificates that came with the signer's own.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    raw: Callable[[bytes], bytes]

    @property
    def self_signed(self) -> bool:
        return bool(self.certificate.issuer == self.certificate.subject)


def opened(content: bytes, passphrase: str) -> Key:
    """Return the key of a PKCS#12 file. Raises Unopened."""
    _check_is_pkcs12(content)
    try:
        secret, certificate, more = pkcs12.load_key_and_certificates(
            content, passphrase.encode() or None
        )
    except ValueError as error:
        raise Unopened(_("The passphrase does not open the file. Type it again.")) from error
    if secret is None:
        raise Unopened(_("The file holds no private key. Export the certificate with its key."))
    if certificate is None:
        raise Unopened(_("The file holds a key, but no certificate that belongs to it."))
    return of(secret, certificate, more)


def opened_pair(contents: list[bytes], passphrase: str) -> Key:
    """Return the key of a signCert.der and a signPri.key, in either order. Raises Unopened."""
    if any(len(each) > LARGEST for each in contents):
        raise Unopened(_no_pair())
    try:
        certificate, envelope = npki.pair(contents)
        secret = npki.opened(envelope, passphrase)
    except npki.WrongPassphrase as error:
        raise Unopened(_("The passphrase does not open the file. Type it again.")) from error
    except (ValueError, TypeError, KeyError) as error:
        raise Unopened(_no_pair()) from error
    return of(secret, certificate, [])


def of(secret: Any, certificate: pyca_x509.Certificate, more: list[pyca_x509.Certificate]) -> Key:
    """Return a private key in memory with its certificate. Raises Unopened for other kinds."""
    if not isinstance(secret, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Unopened(_("Packets are signed with RSA or an elliptic curve. Use such a key."))
    if _spki(secret.public_key()) != _spki(certificate.public_key()):
        raise Unopened(_("Key and certificate do not belong together."))
    return Key(_loaded(certificate), tuple(_loaded(each) for each in more), _raw(secret))


def check_may_sign(certificate: x509.Certificate, at: datetime) -> None:
    """Refuse a certificate with which nobody would believe a signature."""
    validity = certificate["tbs_certificate"]["validity"]
    begin, end = validity["not_before"].native, validity["not_after"].native
    if at > end:
        said = _("This certificate expired on %(day)s. Renew it, then sign with the new one.")
        raise Refused(said % {"day": day(end.isoformat())})
    if at < begin:
        raise Refused(
            _("This certificate is valid only from %(day)s on.") % {"day": day(begin.isoformat())}
        )
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise Refused(
            _("This certificate is not made for signing. Choose your signing certificate.")
        )
    uses = certificate.extended_key_usage_value
    if uses is not None and set(uses.native) <= _OTHER_USES:
        raise Refused(
            _("This certificate belongs to a server, not to a person. Choose your own certificate.")
        )
    key = certificate.public_key
    if key.algorithm == "rsa" and key.bit_size < _SMALLEST_RSA:
        raise Refused(
            _("This key has only %(bits)d bits, which is no longer safe. Renew the certificate.")
            % {"bits": key.bit_size}
        )


def name_of(certificate: x509.Certificate) -> str:
    """Return whom a certificate is made out to."""
    native = certificate.subject.native
    return _one(native.get("common_name")) or str(certificate.subject.human_friendly)


def issuer_of(certificate: x509.Certificate) -> str:
    native = certificate.issuer.native
    return _one(native.get("common_name")) or str(certificate.issuer.human_friendly)


def described(name: x509.Name) -> str:
    """Return a name for people: who, and of which organisation where that says more."""
    native = name.native
    who = _one(native.get("common_name")) or str(name.human_friendly)
    house = _one(native.get("organization_name"))
    return f"{who} ({house})" if house and house != who else who


def _one(value: Any) -> str:
    """A name may stand several times in a subject."""
    return str(value[0] if isinstance(value, list) else value or "")


def _no_pair() -> str:
    return _(
        "These are not a signCert.der and a signPri.key. Choose both files of one certificate."
    )


def _check_is_pkcs12(content: bytes) -> None:
    problem = _("This is not a PKCS#12 file (.p12 or .pfx). Choose the file of your certificate.")
    if len(content) > LARGEST:
        raise Unopened(problem)
    try:
        rounds = max(_rounds(asn1_pkcs12.Pfx.load(content, strict=True)), default=0)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unopened(problem) from error
    if rounds > _MOST_ROUNDS:
        raise Unopened(_("This file would take too long to open. Export it again."))


def _rounds(pfx: asn1_pkcs12.Pfx) -> list[int]:
    """Return how often each secret of the file is hashed."""
    mac = pfx["mac_data"].native
    found = [mac["iterations"]] if mac else []
    for part in pfx.authenticated_safe:
        content = part["content"]
        if part["content_type"].native == "encrypted_data":
            algorithm = content["encrypted_content_info"]["content_encryption_algorithm"]
            found.append(algorithm.kdf_iterations)
        elif part["content_type"].native == "data":
            bags = asn1_pkcs12.SafeContents.load(content.native)
            found += [
                bag["bag_value"]["encryption_algorithm"].kdf_iterations
                for bag in bags
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag"
            ]
    return found


def _raw(secret: Any) -> Callable[[bytes], bytes]:
    if isinstance(secret, rsa.RSAPrivateKey):
        return lambda data: secret.sign(data, padding.PKCS1v15(), hashes.SHA256())
    # By RFC 6979: the same document and key give the same signature.
    kind = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    return lambda data: bytes(secret.sign(data, kind))


def _spki(public: Any) -> bytes:
    return bytes(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _loaded(certificate: pyca_x509.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))
