"""The installation's own key for checkpoints: outside the database, made at first use."""

import contextlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from compliance.audit.notes import BadNote, Signer, Verifier


def signer() -> Signer:
    """Return the key that signs now. Raises ImproperlyConfigured with a sentence."""
    path = Path(settings.AUDIT_SIGNING_KEY or _folder() / "audit.pem")
    if not settings.AUDIT_SIGNING_KEY and not path.exists():
        _keep(path, _made())
    found = _loaded(path)
    _publish(found.verifier)
    return found


def verifiers() -> list[Verifier]:
    """Return every public key that has signed here, also those of keys that were replaced."""
    signer()
    lines = _public().read_text("utf-8").splitlines()
    known = []
    for line in lines:
        with contextlib.suppress(BadNote):
            known.append(Verifier.parse(line))
    return known


def _loaded(path: Path) -> Signer:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise ImproperlyConfigured(
            f"AUDIT_SIGNING_KEY names {path}, which cannot be read ({error.strerror})."
        ) from error
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{path} holds no private key in PEM without a password.") from (
            error
        )
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path} holds a key that is not Ed25519.")
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(f"gatepass-{raw[:8].hex()}", key)


def _publish(key: Verifier) -> None:
    path, line = _public(), f"{key}\n"
    if path.exists() and line in path.read_text("utf-8"):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "keys"


def _public() -> Path:
    return _folder() / "audit.pub"


def _made() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, content: bytes) -> None:
    """Write under a name of our own, then link: of two processes, one key wins and both use it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
