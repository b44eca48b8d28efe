"""The secrets of second factors, sealed like every stored credential."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken, MultiFernet

# Keys of an authenticator's data that hold a sealed secret.
SECRETS = ("secret", "seed")


def rotate(ring: MultiFernet) -> dict[str, int]:
    """Seal them again with the newest key; return how many of each outcome."""
    counts = {"rotated": 0, "unreadable": 0}
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    for authenticator in rows.iterator(chunk_size=500):
        before: dict[str, Any] = authenticator.data
        fresh = dict(before)
        try:
            for name in SECRETS:
                if name in before:
                    fresh[name] = ring.rotate(before[name].encode()).decode()
        except InvalidToken:
            counts["unreadable"] += 1
            continue
        same = Authenticator.objects.filter(pk=authenticator.pk, data=before)
        counts["rotated"] += same.update(data=fresh)
    return counts
