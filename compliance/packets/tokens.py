"""Time-stamp tokens in one form, so that no byte of them is free.

A token's authority signs its content and the signed attributes; what stands around them (versions, the
list of certificates, names of algorithms) nobody signs. So a token is written anew in one way before it
is kept, and one that is checked must be written in that way.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from compliance.shared.errors import Refused

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_STAMPING = "time_stamping"


class NoStamp(Refused):
    """The authority gave no usable stamp; the sentence says why."""


def canonical(token: cms.ContentInfo, digest: bytes, known: Collection[bytes]) -> cms.ContentInfo:
    """Return *token* in its one form, checked: it stamps *digest* (SHA-256) and its signature holds.

    *known* are the SHA-256 of the certificates that it may carry besides its signer's. Raises
    ValueError or what else a broken structure raises.
    """
    data: cms.SignedData = token["content"]
    (info,) = data["signer_infos"]
    content = data["encap_content_info"]["content"]
    _check_imprint(content.parsed, digest)
    certificate = _signer(data, info)
    algorithm = info["digest_algorithm"]["algorithm"].native
    _check_signed(info, content, certificate, algorithm)
    return cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v3",
                "digest_algorithms": [{"algorithm": algorithm}],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(bytes(content)),
                },
                "certificates": _carried(data, certificate, known),
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": _named(certificate),
                        "digest_algorithm": {"algorithm": algorithm},
                        "signed_attrs": info["signed_attrs"],
                        "signature_algorithm": _mechanism(info, certificate, algorithm),
                        "signature": info["signature"].native,
                    }
                ],
            },
        }
    )


def time_of(token: cms.ContentInfo) -> datetime:
    info: tsp.TSTInfo = token["content"]["encap_content_info"]["content"].parsed
    moment: datetime = info["gen_time"].native
    return moment


def signer_of(token: cms.ContentInfo) -> x509.Certificate:
    data = token["content"]
    (info,) = data["signer_infos"]
    return _signer(data, info)


def attribute(info: cms.SignerInfo, name: str) -> Any:
    """Return the one value of a signed attribute. Raises ValueError."""
    found = [each["values"][0] for each in info["signed_attrs"] if each["type"].native == name]
    if len(found) != 1:
        raise ValueError(f"{name} is missing")
    return found[0]


def _check_imprint(info: tsp.TSTInfo, digest: bytes) -> None:
    imprint = info["message_imprint"]
    same = imprint["hashed_message"].native == digest
    if not same or imprint["hash_algorithm"]["algorithm"].native != "sha256":
        raise ValueError("another digest was stamped")


def _signer(data: cms.SignedData, info: cms.SignerInfo) -> x509.Certificate:
    """Return the certificate that the signed attributes name by its digest."""
    names = {each["type"].native for each in info["signed_attrs"]}
    old = "signing_certificate_v2" not in names
    first = attribute(info, "signing_certificate" if old else "signing_certificate_v2")["certs"][0]
    kind = "sha1" if old else first["hash_algorithm"]["algorithm"].native
    for choice in data["certificates"]:
        if hashlib.new(kind, choice.chosen.dump()).digest() == first["cert_hash"].native:
            return choice.chosen
    raise ValueError("the certificate of the signer is missing")


def _check_signed(
    info: cms.SignerInfo, content: Any, certificate: x509.Certificate, algorithm: str
) -> None:
    usage = certificate.extended_key_usage_value
    if usage is None or usage.native != [_STAMPING]:
        raise ValueError("the certificate is not made for time stamps")
    digest = hashlib.new(algorithm, bytes(content)).digest()
    if attribute(info, "message_digest").native != digest:
        raise ValueError("the content was altered")
    if attribute(info, "content_type").native != "tst_info":
        raise ValueError("this is no time stamp")
    key = load_der_public_key(certificate.public_key.dump())
    attributes = info["signed_attrs"].untag().dump()
    try:
        _verify(key, info["signature"].native, attributes, _HASHES[algorithm])
    except InvalidSignature as error:
        raise ValueError("the signature does not hold") from error


def _verify(key: Any, signature: bytes, content: bytes, algorithm: Any) -> None:
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(algorithm))
    else:
        raise TypeError("an unknown kind of key")


def _carried(
    data: cms.SignedData, certificate: x509.Certificate, known: Collection[bytes]
) -> list[x509.Certificate]:
    own = certificate.dump()
    others = {
        each.chosen.dump(): each.chosen
        for each in data["certificates"]
        if each.chosen.dump() != own and each.chosen.sha256 in known
    }
    return [certificate, *(others[der] for der in sorted(others))]


def _named(certificate: x509.Certificate) -> dict[str, Any]:
    return {
        "issuer_and_serial_number": {
            "issuer": certificate.issuer,
            "serial_number": certificate.serial_number,
        }
    }


def _mechanism(info: cms.SignerInfo, certificate: x509.Certificate, digest: str) -> Any:
    """Return the name of the algorithm: as the signed attributes protect it, else our own choice."""
    names = {each["type"].native for each in info["signed_attrs"]}
    if "cms_algorithm_protection" in names:
        return attribute(info, "cms_algorithm_protection")["signature_algorithm"].untag()
    if certificate.public_key.algorithm == "ec":
        return {"algorithm": f"{digest}_ecdsa"}
    return {"algorithm": f"{digest}_rsa", "parameters": core.Null()}
