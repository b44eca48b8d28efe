"""The editions of a packet: one language or two, with or without boxes for the reviewer.

In the bilingual edition every word of the document's own comes in both languages. The ids of the
catalogues are English, so that one look-up gives both: Korean as translated, English as the id.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import trans_real

# Between them stands the English of a text in two languages. Unicode keeps these two for the inside
# of programs: no text from outside has them (`plain` takes them off), none leaves in a document.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
_CONTEXT = "\x04"


@dataclass(frozen=True, slots=True)
class Style:
    """What an edition is: its *language* for readers and programs, whether *both* languages stand
    in it, and whether it has *boxes* for the reviewer's verdicts."""

    code: str
    language: str
    both: bool = False
    boxes: bool = False


STYLES = {
    each.code: each
    for each in (
        Style("ko", "ko"),
        Style("en", "en"),
        Style("ko-en", "ko", both=True),
        Style("ko-review", "ko", boxes=True),
    )
}


@contextmanager
def speaking(code: str) -> Iterator[Style]:
    """Translate into the language, or the languages, of an edition."""
    style = STYLES[code]
    with _override(style.language):
        if style.both:
            # No public way: a language that is two has no catalogue of its own.
            _active().value = _Both(trans_real.translation(style.language))
        yield style


def in_one_language() -> AbstractContextManager[None]:
    """Write texts in the language of programs for the length of a block."""
    return _override(translation.get_language())


@contextmanager
def _override(language: str | None) -> Iterator[None]:
    """As Django's, which puts back a language by its code: of two it would forget one."""
    before = getattr(_active(), "value", None)
    try:
        with translation.override(language):
            yield
    finally:
        if isinstance(before, _Both):
            _active().value = before


def is_both() -> bool:
    """Say whether texts are being written in both languages."""
    return isinstance(getattr(_active(), "value", None), _Both)


def paired(korean: str, english: str) -> str:
    """Return a text in both languages, or in the one it has."""
    if not korean or not english or korean == english:
        return korean or english
    return f"{korean}{OPEN}{english}{CLOSE}"


def parted(text: str) -> tuple[str, str]:
    """Return (Korean, English) of a text; English is "" where it stands in one language."""
    korean, _, rest = text.partition(OPEN)
    english, _, after = rest.partition(CLOSE)
    if OPEN in after:
        return flat(text), ""
    return korean + after, english


def flat(text: str) -> str:
    """Return *text* on one line, both languages beside each other."""
    return text.replace(OPEN, " / ").replace(CLOSE, "") if OPEN in text else text


def _active() -> Any:
    """What Django translates with in this thread, as it keeps it."""
    return vars(trans_real)["_active"]


class _Both:
    """A catalogue that answers in both languages."""

    def __init__(self, korean: trans_real.DjangoTranslation) -> None:
        self._korean = korean

    def to_language(self) -> str:
        return str(self._korean.to_language())

    def gettext(self, message: str) -> str:
        return self._paired(self._korean.gettext(message), message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        korean = self._korean.ngettext(singular, plural, number)
        return self._paired(korean, singular if number == 1 else plural)

    def _paired(self, korean: str, message: str) -> str:
        if _CONTEXT in korean:  # not translated: Django asks again without the context
            return korean
        return paired(korean, message.rpartition(_CONTEXT)[2])
