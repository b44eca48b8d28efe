"""Which requirement a path of an archive speaks of, and which kind of evidence a name suggests."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from compliance.accounts.models import Organisation
from compliance.evidence import selectors
from compliance.requirements.models import EvidenceKind, Requirement

# Between the parts of a code people write what is at hand: OI_NET_03, OI NET 03, oi-net-3 not.
_SEPARATOR = re.compile(r"[-_. ]+")
_ANY_SEPARATOR = r"[-_. ]{0,2}"
# What programs leave in archives; nobody means it.
_LITTER = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}


def is_litter(path: str) -> bool:
    parts = path.casefold().split("/")
    return any(part in _LITTER or part.startswith("._") for part in parts)


class Matcher:
    """The codes of an organisation's profiles, ready to be found in paths."""

    def __init__(self, organisation: Organisation) -> None:
        rows = selectors.in_order(selectors.adopted_requirements(organisation))
        found = list(rows.prefetch_related("evidence_kinds"))
        self._by_code: dict[str, list[Requirement]] = defaultdict(list)
        for each in found:
            self._by_code[_plain(each.code)].append(each)
        codes = sorted({each.code for each in found}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_of_code, codes)), re.IGNORECASE) if codes else None

    def requirement(self, path: str) -> Requirement | None:
        """The requirement whose code stands in the file's name, else in the nearest folder's.

        Where several profiles have the code, the first in their order.
        """
        if self._pattern is None:
            return None
        *folders, name = path.split("/")
        stem = name.rpartition(".")[0] or name
        for part in [stem, *reversed(folders)]:
            if found := self._pattern.search(part):
                return self._by_code[_plain(found.group())][0]
        return None

    def said_of(self, path: str) -> str:
        """What the file's own name says besides codes: LOG in OI-LOG-02 is no kind of evidence."""
        name = path.rpartition("/")[2]
        stem = name.rpartition(".")[0] or name
        return self._pattern.sub(" ", stem) if self._pattern else stem


def kind_of(said: str, asked: Sequence[EvidenceKind]) -> EvidenceKind | None:
    """The kind of *asked* most of whose words stand in *said*; the only one where there is one."""
    name = unicodedata.normalize("NFC", said).casefold()
    scored = [(_score(name, kind), kind) for kind in asked]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best and best[0]:
        return best[1]
    return asked[0] if len(asked) == 1 else None


def _score(name: str, kind: EvidenceKind) -> int:
    words = _words([kind.title_ko, kind.title_en, kind.code])
    return sum(len(word) for word in words if word in name)


def _words(texts: Iterable[str]) -> set[str]:
    found = re.split(r"[\W_]+", " ".join(texts).casefold())
    return {word for word in found if len(word) >= 2}


def _plain(code: str) -> str:
    return _SEPARATOR.sub("", code).casefold()


def _of_code(code: str) -> str:
    """A pattern of *code* as people write it. One of digits alone only as it is: 1.1.1 is no day."""
    if code.replace(".", "").isdecimal():
        return rf"(?<![0-9A-Za-z.\-]){re.escape(code)}(?![0-9A-Za-z.\-])"
    parts = (re.escape(part) for part in _SEPARATOR.split(code))
    return rf"(?<![0-9A-Za-z]){_ANY_SEPARATOR.join(parts)}(?![0-9A-Za-z])"
