"""Certificates as Korean companies own them: signCert.der with signPri.key (공동인증서).

The key is PKCS #8 under SEED (RFC 4269), either by PBES2 or by the older scheme of KISA.
"""

import hashlib
from typing import Any

from asn1crypto import algos, core, keys
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_der_private_key

_SEED_CBC = "1.2.410.200004.1.4"
_SEED_CBC_SHA1 = "1.2.410.200004.1.15"
_FIXED_IV = b"0123456789012345"
_MOST_ROUNDS = 5_000_000
_BLOCK, _KEY = 16, 16


class _Scheme(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any, {"optional": True})]


class _Envelope(core.Sequence):  # type: ignore[misc]
    _fields = [("algorithm", _Scheme), ("data", core.OctetString)]


class _Salted(core.Sequence):  # type: ignore[misc]
    _fields = [("salt", core.OctetString), ("rounds", core.Integer)]


class _Pbes2(core.Sequence):  # type: ignore[misc]
    _fields = [("derivation", algos.KdfAlgorithm), ("cipher", _Scheme)]


class WrongPassphrase(ValueError):
    """The key does not come out of its envelope."""


def pair(contents: list[bytes]) -> tuple[x509.Certificate, bytes]:
    """Return (certificate, key in its envelope), in whichever order they came. Raises ValueError."""
    one, other = contents
    try:
        return x509.load_der_x509_certificate(one), other
    except ValueError:
        return x509.load_der_x509_certificate(other), one


def opened(envelope: bytes, passphrase: str) -> Any:
    """Return the private key. Raises WrongPassphrase, or ValueError when this is no such file."""
    whole = _Envelope.load(envelope, strict=True)
    kind = whole["algorithm"]["algorithm"].native
    parameters = whole["algorithm"]["parameters"]
    data = whole["data"].native
    secret = passphrase.encode("euc-kr", "replace")
    if kind == "1.2.840.113549.1.5.13":
        key, vector = _pbes2(parameters.parse(_Pbes2), secret)
    elif kind in {_SEED_CBC, _SEED_CBC_SHA1}:
        key, vector = _old(parameters.parse(_Salted), secret, hashed=kind == _SEED_CBC_SHA1)
    else:
        raise ValueError(f"unknown cipher {kind}")
    try:
        clear = _decrypted(key, vector, data)
        info = keys.PrivateKeyInfo.load(clear, strict=True)
        return load_der_private_key(_plain(info), None)
    except (ValueError, TypeError) as error:
        raise WrongPassphrase from error


def _plain(info: keys.PrivateKeyInfo) -> bytes:
    """Leave out the random number beside the key, which other programs do not expect."""
    made = keys.PrivateKeyInfo(
        {
            "version": info["version"],
            "private_key_algorithm": info["private_key_algorithm"],
            "private_key": info["private_key"],
        }
    )
    return bytes(made.dump())


def _pbes2(parameters: _Pbes2, secret: bytes) -> tuple[bytes, bytes]:
    derivation, cipher = parameters["derivation"], parameters["cipher"]
    if derivation["algorithm"].native != "pbkdf2":
        raise ValueError("unknown derivation")
    if cipher["algorithm"].native != _SEED_CBC:
        raise ValueError("unknown cipher")
    inner = derivation["parameters"]
    rounds = _bounded(inner["iteration_count"].native)
    kind = inner["prf"]["algorithm"].native
    key = hashlib.pbkdf2_hmac(kind, secret, inner["salt"].native, rounds, _KEY)
    return key, cipher["parameters"].parse(core.OctetString).native


def _old(parameters: _Salted, secret: bytes, *, hashed: bool) -> tuple[bytes, bytes]:
    """PBKDF1 with SHA-1: twenty bytes, of which sixteen are the key and four make the vector."""
    derived = secret + parameters["salt"].native
    for _each in range(_bounded(parameters["rounds"].native)):
        derived = hashlib.sha1(derived, usedforsecurity=False).digest()
    if not hashed:
        return derived[:_KEY], _FIXED_IV
    vector = hashlib.sha1(derived[_KEY:20], usedforsecurity=False).digest()
    return derived[:_KEY], vector[:_BLOCK]


def _bounded(rounds: int) -> int:
    if not 0 < rounds <= _MOST_ROUNDS:
        raise ValueError("too many rounds")
    return rounds


def _decrypted(key: bytes, vector: bytes, data: bytes) -> bytes:
    opener = Cipher(SEED(key), CBC(vector)).decryptor()
    padded = opener.update(data) + opener.finalize()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    return unpadder.update(padded) + unpadder.finalize()
