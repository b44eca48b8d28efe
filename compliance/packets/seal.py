"""Check the signatures of a packet's PDF: that each covers every byte before it, and that it holds.

Any PDF reader checks the signatures too. This one is stricter: between the signed ranges it accepts
only the one way in which a signature can be written, so that no byte of the file is free.
"""

import hashlib
import io
import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import BinaryIO

from asn1crypto import cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

from compliance.packets import tokens
from compliance.packets.press.reading import Existing, only_fills_in

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n\Z")
_BEFORE = re.compile(rb"/Prev (\d+)")
_PART = re.compile(rb"/T \(([a-z]+)\)")
_MOMENT = re.compile(rb"/M \(D:(\d{14})\+09'00'\)")
_KOREA = timezone(timedelta(hours=9))
# The dictionary of a table of places is shorter.
_HEAD = 2000

# The key under which a signature's dictionary notes the certificates that go with it.
CHAIN_KEY = "GatepassChain"
_CHAIN = re.compile(rb"/GatepassChain\s*\[([^\]]*)\]")
_DIGEST = re.compile(rb"[0-9a-f]{64}")
# Importing it is what teaches the library the attribute that names the signer's certificate.
_CERTIFICATE_ATTRIBUTE = tsp.SigningCertificateV2


class _Broken(Exception):
    """The signature does not hold; the text says why."""


@dataclass(slots=True)
class Signature:
    """What a signature says. *signed_at* is the signer's own claim, *stamped_at* that of a
    time-stamping authority, both ISO 8601; *part* is "seal", "preparer", "reviewer" or "approver".

    *people* are those who signed after the first, in order; it is intact when they are too.
    """

    intact: bool
    problem: str = ""
    part: str = ""
    signer: str = ""
    organisation: str = ""
    fingerprint: str = ""
    self_signed: bool = False
    signed_at: str = ""
    stamped_at: str = ""
    stamped_by: str = ""
    people: "list[Signature]" = field(default_factory=list)


def check(pdf: bytes) -> Signature | None:
    """Return what the signatures of *pdf* say; None when there is none."""
    if not _RANGE.search(pdf):
        return None
    revisions = _revisions(pdf)
    first, *people = [_judged(pdf, begin, end) for begin, end in revisions]
    first.people = people
    file = io.BytesIO(pdf)
    for each, (begin, end) in zip(people, revisions[1:], strict=True):
        if each.intact and not _only_fills_in(file, begin, end):
            each.intact = False
            each.problem = _("More was changed after the first signature than a field filled in.")
    for each in people:
        if first.intact and not each.intact:
            first.intact, first.problem = False, each.problem
    return first


def reaches_beyond(pdf: bytes) -> bool:
    """Whether the last signature covers more than there is: the end of the file is missing."""
    ranges = _RANGE.findall(pdf)
    return bool(ranges) and int(ranges[-1][2]) + int(ranges[-1][3]) > len(pdf)


def _revisions(pdf: bytes) -> list[tuple[int, int]]:
    """Return (begin, end) of each signed revision, the oldest first.

    Where the chain of revisions is broken, the whole file is taken for one: its last signature
    covers all of it and says whether anything was altered.
    """
    found: list[tuple[int, int]] = []
    end = len(pdf)
    while mark := _END.search(pdf, max(0, end - 64), end):
        place = int(mark[1])
        before = _BEFORE.search(pdf[place : place + _HEAD].partition(b"stream")[0])
        if not before:
            return found[::-1] or [(0, len(pdf))]
        closing = b"startxref\n%d\n%%%%EOF\n" % int(before[1])
        begin = pdf.rfind(closing, 0, place) + len(closing)
        if not len(closing) <= begin < end:
            break
        found.append((begin, end))
        end = begin
    return [(0, len(pdf))]


def _only_fills_in(file: BinaryIO, begin: int, end: int) -> bool:
    """Whoever signs later must not change what was signed before."""
    try:
        return only_fills_in(Existing(file, begin), Existing(file, end))
    except (ValueError, StopIteration, zlib.error, RecursionError):
        return False


def _judged(pdf: bytes, begin: int, end: int) -> Signature:
    """Judge the signature that stands in *begin* to *end*, over everything up to there."""
    signature = Signature(intact=False)
    revision = pdf[begin:end]
    try:
        start, first, second, last = _span(revision)
        _describe_place(revision, signature)
        _check_cover(pdf, (start, first, second, last), end)
        _check_contents(pdf, (first, second, end), _noted(revision), signature)
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


def _span(revision: bytes) -> tuple[int, int, int, int]:
    ranges = _RANGE.findall(revision)
    if not ranges:
        raise _Broken(_("Something was added to the document without a signature."))
    start, first, second, last = (int(number) for number in ranges[-1])
    return start, first, second, last


def _describe_place(revision: bytes, signature: Signature) -> None:
    if part := _PART.search(revision):
        signature.part = part[1].decode()
    if moment := _MOMENT.search(revision):
        at = datetime.strptime(moment[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=_KOREA)
        signature.signed_at = at.isoformat()


def _check_cover(pdf: bytes, span: tuple[int, int, int, int], end: int) -> None:
    start, first, second, last = span
    if start != 0 or not 0 < first < second or second + last != end:
        raise _Broken(_("The signature does not cover the whole file."))
    if pdf[first : first + 1] != b"<" or pdf[second - 1 : second] != b">":
        raise _Broken(_("The signature itself was altered."))


def _check_contents(
    pdf: bytes, span: tuple[int, int, int], noted: set[bytes], signature: Signature
) -> None:
    first, second, end = span
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
    digest.update(memoryview(pdf)[second:end])
    _check_signed(data, certificate, digest.digest())
    token = _token(data, noted)
    _check_form(der, data, certificate, noted, token)
    if token is not None:
        signature.stamped_at = tokens.time_of(token).isoformat()
        signature.stamped_by = _name(tokens.signer_of(token))


def _noted(revision: bytes) -> set[bytes]:
    """Return the digests of the certificates that go with the signature, in hexadecimal."""
    return {each for found in _CHAIN.findall(revision) for each in _DIGEST.findall(found)}


def _token(data: cms.SignedData, noted: set[bytes]) -> cms.ContentInfo | None:
    """Return the time stamp in its one form; None when there is none."""
    (info,) = data["signer_infos"]
    if not info["unsigned_attrs"]:
        return None
    (attribute,) = info["unsigned_attrs"]
    (token,) = attribute["values"]
    digest = hashlib.sha256(info["signature"].native).digest()
    return tokens.canonical(token, digest, {bytes.fromhex(each.decode()) for each in noted})


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
    der: bytes,
    data: cms.SignedData,
    certificate: x509.Certificate,
    noted: set[bytes],
    token: cms.ContentInfo | None,
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
    if token is not None:
        again["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]
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
    signature.signer = _name(certificate)
    signature.organisation = str(subject.get("organization_name") or "")
    signature.fingerprint = certificate.sha256.hex()
    signature.self_signed = certificate.issuer == certificate.subject


def _name(certificate: x509.Certificate) -> str:
    subject = certificate.subject.native
    return str(subject.get("common_name") or certificate.subject.human_friendly)
