"""What the standard wants written down is, and says what the code does."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from compliance.vault import inspection

ROOT = Path(__file__).resolve().parents[2]
# A requirement of ASVS: the documents and what must stand in them.
SAID = {
    "1.1.1": {"docs/vault.md": ["NFC"]},
    "2.1.1": {"docs/api.md": ["openapi.json"], "docs/imports.md": ["MB"], "docs/evidence.md": []},
    "2.1.3": {"docs/settings.md": ["UPLOAD_LIMIT_MB", "UPLOAD_QUOTA_GB", "API_REQUESTS"]},
    "5.1.1": {"docs/vault.md": ["NFC", "UPLOAD_LIMIT"]},
    "6.1.1": {
        "docs/access.md": [
            "LOCK_ATTEMPTS",
            "LOCK_MINUTES",
            "fifteen minutes",
            "twenty lock the address",
        ]
    },
    "6.1.2": {"docs/access.md": ["name of the product"]},
    "6.1.3": {"docs/access.md": ["passkey", "OpenID", "SAML", "recovery"]},
    "7.1.1": {"docs/access.md": ["SESSION_IDLE_MINUTES", "SESSION_HOURS"]},
    "7.1.2": {"docs/access.md": ["session"]},
    "7.1.3": {"docs/access.md": ["SAML", "provider"]},
    "11.1.1": {"docs/security/cryptography.md": ["## Life of a key"]},
    "11.1.2": {"docs/security/cryptography.md": ["## Inventory", "Fernet", "Ed25519", "RSA 3072"]},
    "13.1.1": {
        "docs/security/threat-model.md": [],
        "docs/settings.md": ["OUTBOUND_ALLOW", "TSA_URL", "CLAMD_URL"],
    },
    "14.1.1": {"docs/security/data.md": ["personal"]},
    "14.1.2": {"docs/security/data.md": ["kept"]},
    "15.1.1": {"SECURITY.md": ["mended", "days"]},
    "15.1.3": {"docs/security/threat-model.md": [], "benchmarks/README.md": ["CPU"]},
    "16.1.1": {"docs/audit.md": ["syslog", "RFC 5424"]},
}


@pytest.mark.parametrize("number", SAID)
def test_it_is_said(number):
    for name, words in SAID[number].items():
        text = (ROOT / name).read_text("utf-8")
        assert len(text) > 1000, name
        assert [word for word in words if word.lower() not in text.lower()] == [], name


def test_every_type_that_is_taken_stands_in_the_document():
    text = (ROOT / "docs/vault.md").read_text("utf-8")
    [said] = [line for line in text.splitlines() if line.startswith("Taken are ")]
    assert set(re.findall(r"`(\w+)`", said)) == set(inspection.FORMATS)


def test_the_document_of_signing_in_says_what_holds():
    text = (ROOT / "docs/settings.md").read_text("utf-8")
    hours = settings.SESSION_COOKIE_AGE // 3600
    assert f"| {hours}, {settings.SESSION_IDLE_MINUTES} |" in text
    assert f"| {settings.LOCK_ATTEMPTS}, {settings.LOCK_MINUTES} |" in text
