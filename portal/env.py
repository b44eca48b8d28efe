"""Settings from the environment. A wrong value stops the start with one sentence."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LAST_PORT = 65535
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Environment:
    """Reads typed values; `NAME_FILE` names a file that holds the value, for secrets."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def text(self, name: str, default: str = "") -> str:
        path = self.values.get(f"{name}_FILE")
        if not path:
            return self.values.get(name, default)
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read ({error.strerror})."
            ) from error

    def flag(self, name: str, *, default: bool) -> bool:
        raw = self.text(name)
        if raw == "":
            return default
        if raw.lower() in {"true", "1", "yes"}:
            return True
        if raw.lower() in {"false", "0", "no"}:
            return False
        raise ImproperlyConfigured(f"{name} is {raw!r}; write true or false.")

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        raw = self.text(name)
        if raw == "":
            return default
        if not raw.isdigit() or int(raw) < least:
            raise ImproperlyConfigured(f"{name} is {raw!r}; write a whole number from {least} up.")
        return int(raw)

    def address(self, name: str, *schemes: str) -> str:
        """A URL of one of *schemes*, or ""."""
        raw = self.text(name)
        try:
            parts = urlsplit(raw)
            fits = parts.scheme in schemes and (
                parts.path if parts.scheme == "unix" else parts.port
            )
        except ValueError:
            fits = None
        if raw and not fits:
            forms = " or ".join(
                "unix:///PATH" if each == "unix" else f"{each}://HOST:PORT" for each in schemes
            )
            raise ImproperlyConfigured(f"{name} is {raw!r}; write {forms}.")
        return raw

    def file(self, name: str) -> str:
        """The path of a file that can be read, or ""."""
        path = self.values.get(name, "")
        if path and not os.access(path, os.R_OK):
            raise ImproperlyConfigured(f"{name} names {path}, which cannot be read.")
        return path

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def networks(self, name: str) -> list[Network]:
        """Return networks written as 10.0.0.0/8 or as single addresses, separated by commas."""
        try:
            return [ipaddress.ip_network(word) for word in self.words(name)]
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {error}. Write networks like 10.1.2.0/24, separated by commas."
            ) from error

    def ports(self, name: str, default: str) -> list[tuple[int, int]]:
        """Return ports and ranges of ports ("443,8000-8999") as pairs of first and last."""
        found = []
        for word in self.words(name, default):
            if not (match := _PORTS.fullmatch(word)) or not 0 < int(match[1]) <= LAST_PORT:
                raise ImproperlyConfigured(f"{name} has {word!r}; write it like 443,8000-8999.")
            found.append((int(match[1]), int(match[2] or match[1])))
        return found

    def database(self, name: str, default: str) -> dict[str, Any]:
        return database(self.text(name) or default, name)


# Every atomic block takes the write lock at once, so that a read-then-write never fails half-way
# with "database is locked"; synchronous=FULL because evidence rows must survive a power cut.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Return Django's settings of the database at *url* (sqlite:///path or postgresql://…)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or ":memory:",
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(
        f"{name} begins with {parts.scheme or url!r}; write sqlite:///PATH or "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME."
    )
