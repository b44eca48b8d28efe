"""Passwords that are guessed first: known from breaches, or made of what everybody uses.

Both checks work without a network: zxcvbn brings the lists of common passwords, words and keyboard
patterns in its package; BREACHED_PASSWORDS may name a file of SHA-1 hashes from Have I Been Pwned.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# 3 of 4: at least 10^8 guesses by somebody who knows the usual patterns.
LEAST_SCORE = 3
# zxcvbn's work grows with the square of the length; what is longer is judged by its beginning.
LOOKED_AT = 64
HASH_LENGTH = 40


class GuessableValidator:
    """Refuses what zxcvbn guesses quickly, the person's own name and address among it."""

    def validate(self, password: str, user: Any = None) -> None:
        # Its lists take a moment and some memory: only where a password is set.
        from zxcvbn import zxcvbn

        own = [getattr(user, "email", ""), getattr(user, "name", ""), "gatepass", "관문"]
        words = [
            part for text in own if text for part in [text, *text.replace("@", ".").split(".")]
        ]
        if zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < LEAST_SCORE:
            raise ValidationError(
                _(
                    "This password would be guessed soon: it is common, or made of common parts. "
                    "Take several words that have nothing to do with each other."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Nothing common: several unrelated words are good.")


class BreachedValidator:
    """Refuses what stands in the file of breached passwords, where one is named."""

    def validate(self, password: str, user: Any = None) -> None:
        if settings.BREACHED_PASSWORDS and is_breached(password, settings.BREACHED_PASSWORDS):
            raise ValidationError(
                _("This password is known from a data breach. Take another one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return ""


def is_breached(password: str, path: "str | Path") -> bool:
    """Whether the SHA-1 of *password* stands in the sorted file at *path* (`HASH[:count]` lines).

    Looks up by halving: some 35 short reads in the whole list of a billion.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with Path(path).open("rb") as lines:
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:
            middle = (low + high) // 2
            found = _from(lines, middle)
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        return _from(lines, low) == wanted


def _from(lines: BinaryIO, offset: int) -> bytes:
    """Return the hash of the first line that begins at *offset* or after it, b"" for none."""
    lines.seek(max(offset - 1, 0))
    if offset:
        lines.readline()
    return lines.readline().strip()[:HASH_LENGTH].upper()
