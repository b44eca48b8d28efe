"""What people type, before it is kept."""

from typing import TYPE_CHECKING

from compliance.shared.errors import Refused

if TYPE_CHECKING:
    from django.utils.functional import Promise


def clean(text: str) -> str:
    """Line ends as \\n, nothing around it."""
    return text.replace("\r\n", "\n").strip()


def required(text: str, sentence: "str | Promise") -> str:
    """The text without blanks around it; refuse with *sentence* when nothing is left."""
    cleaned = clean(text)
    if not cleaned:
        raise Refused(sentence)
    return cleaned
