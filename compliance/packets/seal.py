"""Check the signature of a packet's PDF: that it covers every byte, and that it holds.

Any PDF reader checks the signature too. This one is stricter: between the signed ranges it accepts
only the one way in which the signature can be written, so that no byte of the file is free.
"""

import hashlib
import re
from dataclasses import dataclass

from asn1crypto import cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


# The key of the catalogue under which the document notes its signer's certificate chain.
CHAIN_KEY = "GatepassChain"
_CHAIN = re.compile(rb"/GatepassChain\s*\[([^\]]*)\]")
_DIGEST = re.compile(rb"[0-9a-f]{64}")
# Importing it is what teaches the library the attribute that names the signer's certificate.
_CERTIFICATE_ATTRIBUTE = tsp.SigningCertificateV2


class _Broken(Exception):
    """The signature does not hold; the text says why."""


@dataclass(slots=True)
class Signature:
    """What the signature says. *signed_at* is the signer's own claim, ISO 8601."""

    intact: bool
    problem: str = ""
    signer: str = ""
    organisation: str = ""
    fingerprint: str = ""
    self_signed: bool = False


def check(pdf: bytes) -> Signature | None:
    """Return what the last signature of *pdf* says; None when there is none."""
    ranges = list(_RANGE.finditer(pdf))
    if not ranges:
        return None
    start, first, second, last = (int(number) for number in ranges[-1].groups())
    signature = Signature(intact=False)
    try:
        _check_cover(pdf, start, first, second, last)
        _check_contents(pdf, first, second, signature)
    except _Broken as broken:
        signature.problem = str(broken)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        AttributeError,
        UnsupportedAlgorithm,
    ):
        # A damaged signature fails in whatever way its structure fails to parse.
        signature.problem = _("The signature itself was altered.")
    else:
        signature.intact = True
    return signature


def _check_cover(pdf: bytes, start: int, first: int, second: int, last: int) -> None:
    if start != 0 or not 0 < first < second or second + last != len(pdf):
        raise _Broken(_("The signature does not cover the whole file."))
    if pdf[first : first + 1] != b"<" or pdf[second - 1 : second] != b">":
        raise _Broken(_("The signature itself was altered."))


def _check_contents(pdf: bytes, first: int, second: int, signature: Signature) -> None:
    written = pdf[first + 1 : second - 1]
    raw = bytes.fromhex(written.decode("ascii"))
    signed = cms.ContentInfo.load(raw)
    der = signed.dump()
    # Hexadecimal digits in upper case, then zeros up to the reserved length.
    if written != der.hex().upper().encode().ljust(len(written), b"0"):
        raise _Broken(_("The signature itself was altered."))
    data: cms.SignedData = signed["content"]
    certificate = _certificate(data)
    _describe(certificate, signature)
    digest = hashlib.sha256(memoryview(pdf)[:first])
    digest.update(memoryview(pdf)[second:])
    _check_signed(data, certificate, digest.digest())
    _check_form(der, data, certificate, _noted(pdf))


def _noted(pdf: bytes) -> set[bytes]:
    """Return the digests of the chain that the document carries, in hexadecimal."""
    found = _CHAIN.search(pdf)
    return set(_DIGEST.findall(found.group(1))) if found else set()


def _certificate(data: cms.SignedData) -> x509.Certificate:
    """Return the signer's certificate; the signed attributes name it by its digest."""
    (info,) = data["signer_infos"]
    wanted = _attribute(info, "signing_certificate_v2")["certs"][0]["cert_hash"].native
    for choice in data["certificates"]:
        if hashlib.sha256(choice.chosen.dump()).digest() == wanted:
            return choice.chosen
    raise _Broken(_("The signer's certificate was altered."))


def _check_signed(data: cms.SignedData, certificate: x509.Certificate, digest: bytes) -> None:
    info = data["signer_infos"][0]
    attributes = info["signed_attrs"].untag().dump()
    try:
        _verify(certificate.public_key, info["signature"].native, attributes)
    except InvalidSignature as error:
        raise _Broken(_("The signature itself was altered.")) from error
    if _attribute(info, "message_digest").native != digest:
        raise _Broken(_("The document was altered after it was signed."))


def _check_noted(certificate: x509.Certificate, noted: set[bytes]) -> None:
    """The chain stands outside the signed ranges; the document notes the digests inside them."""
    if certificate.sha256.hex().encode() not in noted:
        raise _Broken(_("The signer's certificate was altered."))


def _check_form(
    der: bytes, data: cms.SignedData, certificate: x509.Certificate, noted: set[bytes]
) -> None:
    """Write the structure anew from what the signature protects, and compare every byte."""
    info = data["signer_infos"][0]
    for choice in data["certificates"]:
        if choice.chosen.dump() != certificate.dump():
            _check_noted(choice.chosen, noted)
    name = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    again = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": name},
        "digest_algorithm": _algorithm("sha256"),
        "signed_attrs": info["signed_attrs"],
        "signature_algorithm": cms.SignedDigestAlgorithm(
            {"algorithm": _mechanism(certificate), "parameters": _no_parameters(certificate)}
        ),
        "signature": info["signature"].native,
    }
    written = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v1",
                "digest_algorithms": [_algorithm("sha256")],
                "encap_content_info": {"content_type": "data"},
                "certificates": data["certificates"],
                "signer_infos": [again],
            },
        }
    )
    if written.dump() != der:
        raise _Broken(_("The signature itself was altered."))


def _verify(public_key: object, signature: bytes, content: bytes) -> None:
    key = load_der_public_key(public_key.dump())  # type: ignore[attr-defined]
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
    else:
        raise _Broken(_("The signature uses an algorithm that a packet does not use."))


def _attribute(info: cms.SignerInfo, name: str) -> core.Asn1Value:
    for attribute in info["signed_attrs"]:
        if attribute["type"].native == name:
            return attribute["values"][0]
    raise _Broken(_("The signature itself was altered."))


def _algorithm(name: str) -> cms.DigestAlgorithm:
    return cms.DigestAlgorithm({"algorithm": name})


def _mechanism(certificate: x509.Certificate) -> str:
    return "sha256_ecdsa" if certificate.public_key.algorithm == "ec" else "sha256_rsa"


def _no_parameters(certificate: x509.Certificate) -> core.Null | None:
    return None if certificate.public_key.algorithm == "ec" else core.Null()


def _describe(certificate: x509.Certificate, signature: Signature) -> None:
    subject = certificate.subject.native
    signature.signer = str(subject.get("common_name") or certificate.subject.human_friendly)
    signature.organisation = str(subject.get("organization_name") or "")
    signature.fingerprint = certificate.sha256.hex()
    signature.self_signed = certificate.issuer == certificate.subject
