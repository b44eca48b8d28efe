"""Keys that never leave a token or a security module (PKCS#11): it signs, we only ask."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pkcs11
from asn1crypto import x509
from django.conf import settings
from django.utils.translation import gettext as _
from pkcs11.util.ec import encode_ecdsa_signature

from compliance.packets.signing.keys import Key, Unopened

SCHEME = "pkcs11:"
# A module logs in for the whole process: one person at a time.
_lock = threading.Lock()


def is_there() -> bool:
    return bool(settings.PKCS11_MODULE)


def key(label: str, pin: str) -> Key:
    """Return the key *label* of the token that the settings name. Raises Unopened.

    The token is opened for each signature and closed behind it; the PIN stays in memory until then.
    """
    with _session(pin) as session:
        found = [
            x509.Certificate.load(each[pkcs11.Attribute.VALUE])
            for each in session.get_objects(
                {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
            )
        ]
        own = _certificate(session, label)
    chain = tuple(each for each in found if each.dump() != own.dump() and each.ca)
    return Key(own, chain, lambda data: _signed(label, pin, data))


def _certificate(session: Any, label: str) -> x509.Certificate:
    attributes = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        pkcs11.Attribute.LABEL: label,
    }
    found = list(session.get_objects(attributes))
    if not found:
        raise Unopened(_("The token has no certificate called “%(label)s”.") % {"label": label})
    return x509.Certificate.load(found[0][pkcs11.Attribute.VALUE])


def _signed(label: str, pin: str, data: bytes) -> bytes:
    with _session(pin) as session:
        try:
            secret = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=label)
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
            raise Unopened(
                _("The token has no private key called “%(label)s”.") % {"label": label}
            ) from error
        if secret.key_type == pkcs11.KeyType.EC:
            # Few modules hash for a curve themselves.
            digest = hashlib.sha256(data).digest()
            made = secret.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            return bytes(encode_ecdsa_signature(made))
        return bytes(secret.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))


@contextmanager
def _session(pin: str) -> Iterator[Any]:
    with _lock:
        try:
            with _token().open(user_pin=pin) as session:
                yield session
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            raise Unopened(_("The PIN is wrong. Type it again.")) from error
        except pkcs11.PinLocked as error:
            raise Unopened(
                _("The token is locked after too many wrong PINs. Its administrator unlocks it.")
            ) from error
        except pkcs11.PKCS11Error as error:
            raise Unopened(
                _("The token does not work: %(why)s. Ask the operator.")
                % {"why": type(error).__name__}
            ) from error


def _token() -> Any:
    try:
        module = _module(settings.PKCS11_MODULE)
        return module.get_token(token_label=settings.PKCS11_TOKEN)
    except (OSError, RuntimeError, pkcs11.PKCS11Error) as error:
        raise Unopened(
            _("The token “%(name)s” is not there. Ask the operator.")
            % {"name": settings.PKCS11_TOKEN}
        ) from error


@cache
def _module(path: str) -> Any:
    return pkcs11.lib(path)
