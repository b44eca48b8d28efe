"""Signed notes: a text and Ed25519 signatures under it, in the published format of that name.

A checkpoint is such a text (C2SP tlog-checkpoint): origin, size, root in base64, then lines of our
own. Tools of transparency logs read both; nothing here needs the database.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
_MARK = "— "
_LINES = 5


class BadNote(ValueError):
    """The text is no checkpoint, or nobody known has signed it; the text says which."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under its name; as text it is the line that other tools take."""

    name: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(_ED25519 + self.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, line: str) -> "Verifier":
        """Read what `str` wrote. Raises BadNote."""
        name, _plus, rest = line.strip().partition("+")
        number, _plus, text = rest.partition("+")
        try:
            raw = base64.b64decode(text, validate=True)
            found = cls(name, raw[1:])
        except binascii.Error as error:
            raise BadNote("The line is no public key of a checkpoint.") from error
        if raw[:1] != _ED25519 or found.key_id.hex() != number:
            raise BadNote("The line is no public key of a checkpoint.")
        return found


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under its name."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Verifier(self.name, raw)

    def sign(self, text: str) -> str:
        """Return *text*, which ends a line, with its signature."""
        made = self.verifier.key_id + self.key.sign(text.encode())
        return f"{text}\n{_MARK}{self.name} {base64.b64encode(made).decode()}\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a checkpoint says; *root* and *head* in hexadecimal, *at* ISO 8601 in UTC."""

    origin: str
    size: int
    root: str
    head: str
    at: str

    def text(self) -> str:
        root = base64.b64encode(bytes.fromhex(self.root)).decode()
        return f"{self.origin}\n{self.size}\n{root}\nhead {self.head or '-'}\nat {self.at}\n"


def origin_of(key_name: str, organisation_id: int) -> str:
    return f"{key_name}/audit/{organisation_id}"


def organisation_of(statement: Statement) -> int:
    """Return the organisation's number. Raises BadNote."""
    number = statement.origin.rpartition("/audit/")[2]
    if not number.isdecimal():
        raise BadNote("The checkpoint is not of an audit log of this portal.")
    return int(number)


def opened(note: str, known: Iterable[Verifier]) -> Statement:
    """Return what the note says, once a known key has signed it in the one form there is.

    Raises BadNote.
    """
    text, _gap, signed = note.partition("\n\n")
    text += "\n"
    statement = _read(text)
    name, _space, mark = signed.removeprefix(_MARK).partition(" ")
    try:
        made = base64.b64decode(mark.removesuffix("\n"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("The signature of the checkpoint cannot be read.") from error
    for each in known:
        if each.name == name and each.key_id == made[:4]:
            _check(each, text, made[4:])
            # Base64 leaves bits free at its end; they count here.
            if note != f"{text}\n{_MARK}{name} {base64.b64encode(made).decode()}\n":
                raise BadNote("The checkpoint was altered outside of what is signed.")
            return statement
    raise BadNote("The checkpoint is signed with a key that this installation does not know.")


def _check(key: Verifier, text: str, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, text.encode())
    except InvalidSignature as error:
        raise BadNote("The checkpoint was altered: its signature does not hold.") from error


def _read(text: str) -> Statement:
    lines = text.split("\n")
    try:
        origin, size, root, head, at = lines[:_LINES]
        datetime.fromisoformat(at.removeprefix("at "))
        found = Statement(
            origin,
            int(size),
            base64.b64decode(root, validate=True).hex(),
            head.removeprefix("head ").replace("-", ""),
            at.removeprefix("at "),
        )
    except ValueError as error:
        raise BadNote("The text is no checkpoint of an audit log.") from error
    if found.text() != text:
        raise BadNote("The text is no checkpoint of an audit log.")
    return found
