"""A SAML identity provider on pysaml2: reads our request, signs an answer with its own key."""

import base64
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from tests.services.children import find

PACKAGES = "xmlsec1"
ENTITY = "https://idp.bareun.test/metadata"
OTHER = "https://other.test/metadata"
SSO = "https://idp.bareun.test/sso"


def is_installed() -> bool:
    return find("xmlsec1") is not None


class Provider:
    """`certificate` is its PEM; `answer(url, email)` what its user's browser would post back."""

    def __init__(self, folder: Path, metadata: str) -> None:
        from saml2.config import IdPConfig
        from saml2.server import Server

        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = _key_pair(folder)
        (folder / "sp.xml").write_text(metadata)
        other = re.sub(r'entityID="[^"]*"', f'entityID="{OTHER}"', metadata)
        (folder / "other.xml").write_text(other)
        config = IdPConfig().load(_config(folder))
        self.server = Server(config=config)

    def answer(
        self, url: str, email: str, *, sign: str = "response assertion", **changes: Any
    ) -> str:
        """Return SAMLResponse in base64 for the request in *url*; *changes* override its facts."""
        from saml2 import BINDING_HTTP_REDIRECT, xmldsig
        from saml2.saml import NAMEID_FORMAT_EMAILADDRESS, NameID

        asked = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
        request = self.server.parse_authn_request(asked, BINDING_HTTP_REDIRECT)
        facts = {**self.server.response_args(request.message), **changes}
        facts.pop("binding", None)
        made = self.server.create_authn_response(
            identity={"mail": [email], "displayName": ["새 사람"]},
            userid=email,
            name_id=NameID(format=NAMEID_FORMAT_EMAILADDRESS, text=email),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
            sign_response="response" in sign,
            sign_assertion="assertion" in sign,
            **{
                "sign_alg": xmldsig.SIG_RSA_SHA256,
                "digest_alg": xmldsig.DIGEST_SHA256,
                **facts,
            },
        )
        return base64.b64encode(str(made).encode()).decode()


def _config(folder: Path) -> dict[str, Any]:
    from saml2 import BINDING_HTTP_REDIRECT

    return {
        "entityid": ENTITY,
        "xmlsec_binary": find("xmlsec1"),
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "cert.pem"),
        "metadata": {"local": [str(folder / "sp.xml"), str(folder / "other.xml")]},
        "service": {
            "idp": {
                "endpoints": {"single_sign_on_service": [(SSO, BINDING_HTTP_REDIRECT)]},
                "policy": {"default": {"lifetime": {"minutes": 5}}},
                "want_authn_requests_signed": False,
            }
        },
    }


def _key_pair(folder: Path) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.bareun.test")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    return pem.decode()
