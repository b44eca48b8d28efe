"""What every answer must carry, whoever asked and whatever went wrong."""

from collections.abc import Mapping

NEEDED = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
}
INLINE = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*"}


def lacking(headers: Mapping[str, str]) -> list[str]:
    """Return what is missing or too loose in *headers*, as sentences of a test's failure."""
    found = [f"no {name}" for name in sorted(NEEDED) if name not in headers]
    policy = headers.get("Content-Security-Policy", "")
    found += [f"the policy allows {each}" for each in sorted(INLINE & set(policy.split()))]
    if "frame-ancestors 'none'" not in policy and "frame-ancestors 'self'" not in policy:
        found.append("the policy lets others frame it")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("the type may be guessed")
    return found
