"""What an entry holds in place of a name: a sign and a salted commitment to it.

The digest of an entry covers the commitment. The name itself stands in `Alias` and can be erased
there, and no entry changes: see the ADR on personal data.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

# For private use and in no script; texts of people lose it on their way in.
MARK = "\uf8fd"
LENGTH = 32
REFERENCE = re.compile(f"{MARK}([A-Za-z0-9_-]{{{LENGTH}}})")
# Whole names are shorter; of one sign or two, every other word would be one.
_SHORT = 2


def new_salt() -> str:
    return secrets.token_urlsafe(18)


def token_of(salt: str, kind: str, person_id: int | None, text: str) -> str:
    """Return the commitment: 192 bits of SHA-256 as 32 signs."""
    whole = hashlib.sha256(orjson.dumps([salt, kind, person_id, text])).digest()
    return base64.urlsafe_b64encode(whole[: LENGTH * 3 // 4]).decode()


def reference(token: str) -> str:
    return MARK + token


def tokens_in(value: Any) -> Iterator[str]:
    """Yield the commitments in a text, or in all texts of a JSON value."""
    for text in texts_in(value):
        if MARK in text:
            yield from REFERENCE.findall(text)


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """Return the JSON value with every text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: changed(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [changed(each, change) for each in value]
    return value


def unmarked(text: str) -> str:
    """Nobody writes a reference by hand."""
    return text.replace(MARK, "\ufffd") if MARK in text else text


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds *names* in running text, the longest first.

    A Korean name may be followed by a particle; a Latin one ends where its word ends; one of two
    signs begins where a word begins, so that no other word is torn apart.
    """
    parts = [_standing(name) for name in sorted({*names}, key=len, reverse=True) if len(name) > 1]
    return re.compile("|".join(parts)) if parts else None


def _standing(name: str) -> str:
    before = r"(?<!\w)" if len(name) <= _SHORT or name[0].isascii() else ""
    after = r"(?![A-Za-z0-9_])" if name[-1].isascii() else ""
    return f"{before}{re.escape(name)}{after}"
