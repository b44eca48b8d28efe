"""A token as a security module offers it (PKCS#11), in software: SoftHSM in a folder of its own."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.packets.keys import certificate, ec_key, rsa_key

PACKAGES = "softhsm2"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN, _OFFICER = "1234", "5678"


@dataclass(frozen=True)
class Token:
    module: str
    label: str
    pin: str


def is_installed() -> bool:
    return MODULE.exists() and shutil.which("softhsm2-util") is not None


def made(folder: Path) -> Token:
    """Make a token in *folder*; the module finds it by an environment variable."""
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    label = "gatepass-test"
    pins = ["--pin", PIN, "--so-pin", _OFFICER]
    _util("--init-token", "--free", "--label", label, *pins)
    for number, (name, key) in enumerate((("가", rsa_key()), ("나", ec_key())), 1):
        path = folder / f"{number}.p8"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        where = ["--token", label, "--label", name, "--id", f"0{number}", "--pin", PIN]
        _util("--import", str(path), *where)
        _add(label, name, number, certificate(f"토큰의 {name}", key).public_bytes(Encoding.DER))
    return Token(str(MODULE), label, PIN)


def _util(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def _add(label: str, name: str, number: int, der: bytes) -> None:
    token: Any = pkcs11.lib(str(MODULE)).get_token(token_label=label)
    attribute = pkcs11.Attribute
    with token.open(user_pin=PIN, rw=True) as session:
        session.create_object(
            {
                attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                attribute.TOKEN: True,
                attribute.LABEL: name,
                attribute.ID: bytes([number]),
                attribute.SUBJECT: b"",
                attribute.VALUE: der,
            }
        )
