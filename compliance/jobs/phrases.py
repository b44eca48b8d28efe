"""What a job is at, as a sentence that is put into the reader's language where it is shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

LONGEST = 200
_BEGINS = '{"say": '


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence by its *id* in the catalogues (mark it with gettext_noop) and what it is about."""

    id: str
    values: Mapping[str, int | str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it as it is kept: at most LONGEST characters, for which names are cut."""
        for most in range(120, -1, -20):
            values = {
                name: value[:most] if isinstance(value, str) else value
                for name, value in self.values.items()
            }
            kept = json.dumps({"say": self.id, "of": values}, ensure_ascii=False)
            if len(kept) <= LONGEST:
                return kept
        raise ValueError(f"{self.id!r} is too long for a job's phase.")


def shown(kept: str) -> str:
    """Return what is kept of a phase as a sentence; one that was kept as a sentence is that."""
    if not kept.startswith(_BEGINS):
        return kept
    phrase = json.loads(kept)
    said = gettext(phrase["say"])
    return said % phrase["of"] if phrase["of"] else said
