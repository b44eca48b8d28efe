"""STORAGE_URL: s3://KEY:SECRET@host:port/bucket/prefix?region=…&tls=false&lock=governance&days=365."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_KNOWN = {"region", "tls", "lock", "days", "encryption", "style"}
_LOCKS = {"governance", "compliance"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bucket is and how it keeps. *days* 0: no Object Lock."""

    endpoint: str
    bucket: str
    prefix: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = ""
    lock: str = ""
    days: int = 0
    encryption: str = ""
    style: str = "path"


def read(url: str, *, key: str = "", secret: str = "") -> Address:
    """Read the URL; *key* and *secret* stand in for those it does not name.

    Raises ImproperlyConfigured with a sentence. Without a host it is Amazon's, and without a key
    the machine's own role is asked.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3":
        raise _wrong(f"begins with {parts.scheme or url!r}")
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - _KNOWN):
        raise _wrong(f"names {unknown[0]}, which means nothing")
    bucket, _slash, prefix = unquote(parts.path).strip("/").partition("/")
    if not bucket:
        raise _wrong("names no bucket")
    lock, days = _lock(options)
    return Address(
        endpoint=_endpoint(parts.hostname or "", _port(url), options.get("tls", "true")),
        bucket=bucket,
        prefix=f"{prefix}/" if prefix else "",
        region=options.get("region", "us-east-1"),
        key=unquote(parts.username or "") or key,
        secret=unquote(parts.password or "") or secret,
        lock=lock,
        days=days,
        encryption=options.get("encryption", ""),
        style=options.get("style", "path"),
    )


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError as fault:
        raise _wrong("names a port that is none") from fault


def _endpoint(host: str, port: int | None, tls: str) -> str:
    if not host:
        return ""
    if tls not in {"true", "false"}:
        raise _wrong(f"says tls={tls}")
    place = f"[{host}]" if ":" in host else host
    return f"{'https' if tls == 'true' else 'http'}://{place}{f':{port}' if port else ''}"


def _lock(options: dict[str, str]) -> tuple[str, int]:
    lock, days = options.get("lock", ""), options.get("days", "")
    if not lock and not days:
        return "", 0
    if lock not in _LOCKS or not days.isdecimal() or not 1 <= int(days) <= 36500:
        raise _wrong("locks with neither lock=governance nor lock=compliance and days=1 to 36500")
    return lock.upper(), int(days)


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"STORAGE_URL {what}; write s3://KEY:SECRET@HOST:PORT/BUCKET, and behind a ? any of "
        f"{', '.join(sorted(_KNOWN))}."
    )
