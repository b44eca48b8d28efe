"""A real time-stamping authority (RFC 3161) on loopback: OpenSSL answers, behind a small HTTP server."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils import timezone

from tests.services.sink import http_sink

PACKAGES = "openssl"
_CONFIGURATION = """[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = {digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
ess_cert_id_chain = no
"""


@dataclass
class Authority:
    """*stamp* answers a query; `mood` says what goes wrong, "" for nothing."""

    url: str
    root: Path
    folder: Path
    mood: str = ""
    asked: int = 0

    def stamp(self, query: bytes) -> bytes:
        asked, answer = self.folder / "query", self.folder / "answer"
        asked.write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", self.folder / "ts.cnf", "-section", "here"]
        files = ["-queryfile", asked, "-out", answer, "-signer", self.folder / "tsa.pem"]
        keys = ["-inkey", self.folder / "tsa.key", "-chain", self.root]
        subprocess.run([*command, *files, *keys], check=True, capture_output=True)
        return answer.read_bytes()


def is_installed() -> bool:
    return shutil.which("openssl") is not None


@contextmanager
def running(folder: Path, digest: str = "sha256") -> Iterator[Authority]:
    """An authority with a certificate of its own root, until the block ends."""
    _make_certificates(folder)
    (folder / "serial").write_text("01")
    (folder / "ts.cnf").write_text(_CONFIGURATION.format(folder=folder, digest=digest))
    with http_sink() as sink:
        authority = Authority(f"http://127.0.0.1:{sink.port}/tsa", folder / "root.pem", folder)

        def answer(handler: Any) -> None:
            authority.asked += 1
            body, status = _answer(authority, sink.received[-1].body)
            handler.send_response(status)
            handler.send_header("content-type", "application/timestamp-reply")
            handler.send_header("content-length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        sink.answer = answer
        yield authority


def _answer(authority: Authority, query: bytes) -> tuple[bytes, int]:
    match authority.mood:
        case "down":
            return b"", 503
        case "rubbish":
            return b"<html>welcome</html>", 200
        case "replay":  # a stamp of something else
            return (authority.folder / "answer").read_bytes(), 200
        case "altered":
            whole = bytearray(authority.stamp(query))
            whole[-20] ^= 1  # in the signature
            return bytes(whole), 200
        case "second" if authority.asked > 1:
            return b"", 503
    return authority.stamp(query), 200


def _make_certificates(folder: Path) -> None:
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "12")
    root_name, name = _name("시험 시점확인 최상위"), _name("시험 시점확인 기관")
    root = _certificate(root_name, root_key, root_name, root_key, authority=True)
    own = _certificate(name, key, root_name, root_key, authority=False)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, key: Any, issuer: x509.Name, issuer_key: Any, *, authority: bool
) -> x509.Certificate:
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = made.add_extension(usage, critical=True)
    return made.sign(issuer_key, hashes.SHA256())
