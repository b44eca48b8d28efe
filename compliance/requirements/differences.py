"""What changed between two versions of a profile, or between two lists chosen by hand.

`snapshot` reads a profile in four queries; everything after it is a pure function of two snapshots.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from compliance.requirements.models import Profile, Requirement
from compliance.requirements.models.profiles import either
from compliance.shared.severity import Severity

# Of 100. From ALIKE on, a text under another code is proposed to be the same requirement; under
# FOREIGN, the text under an old code is held for another requirement that took the code over.
ALIKE = 80
FOREIGN = 45


class Kind(models.TextChoices):
    """What happened to a requirement. Several may hold at once, the first is the headline."""

    ADDED = "added", pgettext_lazy("change", "Added")
    REMOVED = "removed", pgettext_lazy("change", "Removed")
    RENUMBERED = "renumbered", pgettext_lazy("change", "Likely renumbered")
    REWORDED = "reworded", _("Reworded")
    SEVERITY = "severity", pgettext_lazy("change", "Severity")
    MANDATORY = "mandatory", pgettext_lazy("change", "Mandatory or optional")
    PARAMETER = "parameter", pgettext_lazy("change", "Parameter")
    EVIDENCE = "evidence", pgettext_lazy("change", "Evidence asked for")
    TESTS = "tests", pgettext_lazy("change", "Tests")
    AREA = "area", _("Area")


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement as one version words it. *kinds* are codes of evidence kinds, sorted."""

    pk: int
    code: str
    area: str
    title_ko: str
    statement_ko: str
    title_en: str = ""
    statement_en: str = ""
    severity: str = Severity.MEDIUM
    mandatory: bool = True
    kinds: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        return either(self.title_ko, self.title_en)

    @property
    def statement(self) -> str:
        return either(self.statement_ko, self.statement_en)

    @property
    def severity_label(self) -> str:
        return str(Severity(self.severity).label)

    @property
    def text(self) -> str:
        """Title and statement with single spaces: what likeness is measured on."""
        return " ".join(f"{self.title_ko} {self.statement_ko}".split())


@dataclass(frozen=True, slots=True)
class Named:
    """An area, or an evidence kind with its maximum age in days."""

    code: str
    title_ko: str
    title_en: str = ""
    max_age_days: int | None = None

    @property
    def title(self) -> str:
        return either(self.title_ko, self.title_en)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a profile that a comparison reads, in the profile's order."""

    items: list[Item]
    areas: list[Named] = field(default_factory=list)
    kinds: list[Named] = field(default_factory=list)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)


class Pair(NamedTuple):
    """One requirement in its old and its new wording."""

    old: Item
    new: Item


@dataclass(frozen=True, slots=True)
class Proposal:
    """The same requirement under another code, as it seems; a person says yes or no.

    *likeness* is 0 to 100; *stated*: a crosswalk says that both are equal.
    """

    old: Item
    new: Item
    likeness: int
    stated: bool = False

    @property
    def words(self) -> list["Text"]:
        """The texts that differ, word by word; where none does, the statement."""
        texts = _texts(self.old, self.new)
        return [text for text in texts if text.differs] or texts[1:2]

    @property
    def reworded(self) -> bool:
        return is_reworded(Pair(self.old, self.new))


@dataclass(frozen=True)
class Change:
    """One requirement that is not what it was. *kinds* is in the order of Kind."""

    kinds: tuple[Kind, ...]
    old: Item | None = None
    new: Item | None = None
    likeness: int | None = None
    stated: bool = False

    @property
    def code(self) -> str:
        item = self.new or self.old
        return item.code if item else ""

    @property
    def title(self) -> str:
        item = self.new or self.old
        return item.title if item else ""

    @property
    def headline(self) -> Kind:
        return self.kinds[0]

    @cached_property
    def words(self) -> list["Text"]:
        """The texts that differ, word by word, the reader's language first."""
        if not self.old or not self.new:
            return []
        return [text for text in _texts(self.old, self.new) if text.differs]

    @property
    def stricter(self) -> bool:
        return bool(self.old and self.new and is_stricter(Pair(self.old, self.new)))

    @property
    def parameters(self) -> list[tuple[str, str, str]]:
        """(name, old value, new value) of those that differ; "" where there is none."""
        return differing_values(self.old, self.new)

    @property
    def asked(self) -> tuple[list[str], list[str]]:
        """Codes of evidence kinds: no longer asked for, newly asked for."""
        before = set(self.old.kinds if self.old else ())
        after = set(self.new.kinds if self.new else ())
        return sorted(before - after), sorted(after - before)


class Piece(NamedTuple):
    text: str
    changed: bool


class Text(NamedTuple):
    """One text in both wordings, cut into pieces that are the same or not."""

    label: Any
    old: list[Piece]
    new: list[Piece]

    @property
    def differs(self) -> bool:
        return any(piece.changed for piece in [*self.old, *self.new])


class NamedChange(NamedTuple):
    """An area or evidence kind that came (*old* is None), went (*new* is None) or changed."""

    old: Named | None
    new: Named | None

    @property
    def code(self) -> str:
        item = self.new or self.old
        return item.code if item else ""

    @property
    def title(self) -> str:
        item = self.new or self.old
        return item.title if item else ""

    @property
    def renamed(self) -> bool:
        return bool(self.old and self.new and self.old.title_ko != self.new.title_ko)

    @property
    def aged(self) -> bool:
        """The maximum age differs."""
        return bool(self.old and self.new and self.old.max_age_days != self.new.max_age_days)


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A value of the profile that is another than before, or will be from *since* on.

    *announced*: the old version named the same change already, so that it is due but not new.
    """

    name: str
    title_ko: str
    title_en: str
    unit: str
    old: Any
    new: Any
    since: str = ""
    coming: bool = False
    announced: bool = False

    @property
    def title(self) -> str:
        return either(self.title_ko, self.title_en) or self.name


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything between two versions; *changes* follow the new one's order."""

    pairs: list[Pair] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    areas: list[NamedChange] = field(default_factory=list)
    kinds: list[NamedChange] = field(default_factory=list)
    parameters: list[ParameterChange] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        fresh = [each for each in self.parameters if not each.announced]
        return not (self.changes or self.areas or self.kinds or fresh)

    @property
    def unchanged(self) -> int:
        return sum(1 for pair in self.pairs if not aspects(pair))

    def count(self, kind: str) -> int:
        return sum(1 for change in self.changes if kind in change.kinds)


def snapshot(profile: Profile) -> Snapshot:
    """Read *profile* in four queries, whatever its size."""
    areas = {area.pk: area for area in profile.areas.all()}
    asked: dict[int, list[str]] = defaultdict(list)
    # Pairs of plain values: prefetching two thousand rows costs as much as all the rest.
    links = Requirement.evidence_kinds.through.objects.filter(requirement__profile=profile)
    for requirement_id, code in links.values_list("requirement_id", "evidencekind__code"):
        asked[requirement_id].append(code)
    rows = profile.requirements.order_by("order", "pk")
    return Snapshot(
        items=[_item(row, areas[row.area_id].code, asked[row.pk]) for row in rows],
        areas=[Named(each.code, each.title_ko, each.title_en) for each in areas.values()],
        kinds=[
            Named(each.code, each.title_ko, each.title_en, each.max_age_days)
            for each in profile.evidence_kinds.all()
        ],
        parameters=profile.parameters,
    )


def _item(row: Requirement, area: str, kinds: list[str]) -> Item:
    return Item(
        pk=row.pk,
        code=row.code,
        area=area,
        title_ko=row.title_ko,
        title_en=row.title_en,
        statement_ko=row.statement_ko,
        statement_en=row.statement_en,
        severity=row.severity,
        mandatory=row.mandatory,
        kinds=tuple(sorted(kinds)),
        tests=tuple(_test(test) for test in row.tests),
        parameters=tuple(sorted((name, str(value)) for name, value in row.parameters.items())),
    )


def _test(test: Any) -> str:
    """A test as one line: the texts of its parts in the order of their names."""
    if not isinstance(test, dict):
        return str(test)
    return " · ".join(str(test[key]) for key in sorted(test))


def compare(
    old: Snapshot,
    new: Snapshot,
    *,
    edges: Collection[tuple[str, str]] = (),
    today: date | None = None,
) -> Difference:
    """Say what changed. *edges* are (old code, new code) that a crosswalk holds for equal."""
    pairs, gone, come = _paired(old.items, new.items)
    proposals = propose(gone, come, edges)
    pairs, proposals = _settled(pairs, gone, come, proposals)
    both: list[Pair | Proposal] = [*pairs, *proposals]
    changes = [change for each in both if (change := _changed(each))]
    changes += _one_sided(old, new, pairs, proposals)
    return Difference(
        pairs=pairs,
        proposals=proposals,
        changes=_ordered(changes, old.items, new.items, pairs),
        areas=_named_changes(old.areas, new.areas),
        kinds=_named_changes(old.kinds, new.kinds),
        parameters=parameter_changes(old.parameters, new.parameters, today=today),
    )


def _paired(
    old: Iterable[Item], new: Iterable[Item]
) -> tuple[list[Pair], dict[str, Item], dict[str, Item]]:
    """Pair by code; a code whose text is a foreign one stays open on both sides."""
    gone = {item.code: item for item in old}
    come: dict[str, Item] = {}
    pairs = []
    for item in new:
        before = gone.get(item.code)
        if before is not None and not _is_foreign(before, item):
            pairs.append(Pair(gone.pop(item.code), item))
        else:
            come[item.code] = item
    return pairs, gone, come


def _is_foreign(old: Item, new: Item) -> bool:
    return old.text != new.text and _likeness(old, new) < FOREIGN


def _likeness(old: Item, new: Item) -> float:
    """Say of 100 how alike two texts are."""
    # 4 MB, in processes that compare nothing too: the room's list of what needs a look imports this.
    from rapidfuzz import fuzz

    return fuzz.ratio(old.text, new.text)


def propose(
    gone: dict[str, Item], come: dict[str, Item], edges: Collection[tuple[str, str]] = ()
) -> list[Proposal]:
    """Match what went with what came: by crosswalk, by the same text, by a very similar one."""
    gone, come = dict(gone), dict(come)
    found: list[Proposal] = []

    def match(old: str, new: str, likeness: int, *, stated: bool = False) -> None:
        if old != new and old in gone and new in come:
            found.append(Proposal(gone.pop(old), come.pop(new), likeness, stated))

    for before, after in sorted(edges):
        old_new = (before, after) if before in gone and after in come else (after, before)
        if old_new[0] in gone and old_new[1] in come:
            same = int(_likeness(gone[old_new[0]], come[old_new[1]]))
            match(*old_new, same, stated=True)
    by_text = {item.text: code for code, item in reversed(list(gone.items()))}
    for code, item in list(come.items()):
        match(by_text.get(item.text, ""), code, 100)
    for likeness, before, after in _similar(gone, come):
        match(before, after, likeness)
    return found


def _similar(gone: dict[str, Item], come: dict[str, Item]) -> list[tuple[int, str, str]]:
    """(likeness, old code, new code) of at least ALIKE, the most alike first."""
    from rapidfuzz import fuzz, process

    texts = {code: item.text for code, item in gone.items()}
    found = [
        (int(likeness), before, code)
        for code, item in come.items()
        for _text, likeness, before in process.extract(
            item.text, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3
        )
        if before != code
    ]
    return sorted(found, key=lambda each: (-each[0], each[1], each[2]))


def _settled(
    pairs: list[Pair], gone: dict[str, Item], come: dict[str, Item], proposals: list[Proposal]
) -> tuple[list[Pair], list[Proposal]]:
    """A code with a foreign text that nothing else fits on either side is the same one, reworded."""
    moved = {each.old.code for each in proposals} | {each.new.code for each in proposals}
    same = [Pair(gone[code], come[code]) for code in come if code in gone and code not in moved]
    return [*pairs, *same], proposals


def aspects(pair: Pair) -> tuple[Kind, ...]:
    """Return in which ways the new wording asks something else; () for none."""
    old, new = pair
    differs = {
        Kind.REWORDED: is_reworded(pair),
        Kind.SEVERITY: old.severity != new.severity,
        Kind.MANDATORY: old.mandatory != new.mandatory,
        Kind.PARAMETER: old.parameters != new.parameters,
        Kind.EVIDENCE: old.kinds != new.kinds,
        Kind.TESTS: old.tests != new.tests,
        Kind.AREA: old.area != new.area,
    }
    return tuple(kind for kind, yes in differs.items() if yes)


def is_reworded(pair: Pair) -> bool:
    """Title or statement reads otherwise; a translation that came newly is no rewording."""
    old, new = pair
    texts = [
        (old.title_ko, new.title_ko),
        (old.statement_ko, new.statement_ko),
        (old.title_en, new.title_en),
        (old.statement_en, new.statement_en),
    ]
    return any(before.split() != after.split() for before, after in texts if before and after)


def is_stricter(pair: Pair) -> bool:
    """More severe than before, or no longer optional."""
    old, new = pair
    graver = Severity(new.severity).rank > Severity(old.severity).rank
    return graver or (new.mandatory and not old.mandatory)


def _changed(each: Pair | Proposal) -> Change | None:
    if isinstance(each, Pair):
        kinds = aspects(each)
        return Change(kinds, each.old, each.new) if kinds else None
    kinds = (Kind.RENUMBERED, *aspects(Pair(each.old, each.new)))
    return Change(kinds, each.old, each.new, each.likeness, each.stated)


def _one_sided(
    old: Snapshot, new: Snapshot, pairs: list[Pair], proposals: list[Proposal]
) -> Iterator[Change]:
    both: list[Pair | Proposal] = [*pairs, *proposals]
    before = {each.old.code for each in both}
    after = {each.new.code for each in both}
    yield from (Change((Kind.ADDED,), new=item) for item in new.items if item.code not in after)
    yield from (Change((Kind.REMOVED,), old=item) for item in old.items if item.code not in before)


def _ordered(
    changes: list[Change], old: list[Item], new: list[Item], pairs: list[Pair]
) -> list[Change]:
    """The new order; what went stands after the last one before it that is still there."""
    place = {item.code: (number, 0) for number, item in enumerate(new)}
    kept = {pair.old.code: place[pair.new.code][0] for pair in pairs}
    went: dict[str, tuple[int, int]] = {}
    last = -1
    for number, item in enumerate(old, 1):
        last = kept.get(item.code, last)
        went[item.code] = (last, number)
    return sorted(changes, key=lambda each: place[each.new.code] if each.new else went[each.code])


def _named_changes(old: list[Named], new: list[Named]) -> list[NamedChange]:
    before = {each.code: each for each in old}
    after = {each.code: each for each in new}
    both = [NamedChange(before.get(code), after.get(code)) for code in {**after, **before}]
    return [
        each for each in both if each.old is None or each.new is None or each.renamed or each.aged
    ]


def parameter_changes(
    old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]], *, today: date | None = None
) -> list[ParameterChange]:
    """What is in force otherwise than before, and what the new version changes on a coming day."""
    day = (today or timezone.localdate()).isoformat()
    changes: list[ParameterChange] = []
    for name in dict.fromkeys([*new, *old]):
        before, after = old.get(name, {}), new.get(name, {})
        changes += _parameter(name, before, after, day)
    return changes


def _parameter(
    name: str, before: dict[str, Any], after: dict[str, Any], day: str
) -> Iterator[ParameterChange]:
    about = after or before
    words = (name, about.get("title_ko", ""), about.get("title_en", ""), about.get("unit", ""))
    was, now = _in_force(before, day), _in_force(after, day)
    if was != now:
        since = max((f for f, _v in _values(after) if f <= day), default="")
        yield ParameterChange(*words, was, now, since)
    announced = _values(before)
    for since, value in _values(after):
        if since > day:
            if now != value:
                known = (since, value) in announced
                yield ParameterChange(*words, now, value, since, coming=True, announced=known)
            now = value


def _values(parameter: dict[str, Any]) -> list[tuple[str, Any]]:
    """(day or "", value), the earliest first."""
    rows = [(str(each.get("from") or ""), each["value"]) for each in parameter.get("values", [])]
    return sorted(rows, key=lambda each: each[0])


def _in_force(parameter: dict[str, Any], day: str) -> Any:
    begun = [value for since, value in _values(parameter) if since <= day]
    return begun[-1] if begun else None


_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def words(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces. A Korean word changes with its particle: 로그를 → 기록을."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    left: list[Piece] = []
    right: list[Piece] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal" and _is_gap(before[a:b], left):
            # A lone space between changed words reads as one change.
            what = "replace"
        _push(left, "".join(before[a:b]), changed=what != "equal")
        _push(right, "".join(after[c:d]), changed=what != "equal")
    return left, right


def _is_gap(tokens: list[str], so_far: list[Piece]) -> bool:
    return bool(so_far) and so_far[-1].changed and not "".join(tokens).strip()


def _push(pieces: list[Piece], text: str, *, changed: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1].changed == changed:
        pieces[-1] = Piece(pieces[-1].text + text, changed)
    else:
        pieces.append(Piece(text, changed))


def _texts(old: Item, new: Item) -> list[Text]:
    korean = [
        Text(_("Title (Korean)"), *words(old.title_ko, new.title_ko)),
        Text(_("Statement (Korean)"), *words(old.statement_ko, new.statement_ko)),
    ]
    english = [
        Text(_("Title (English)"), *words(old.title_en, new.title_en)),
        Text(_("Statement (English)"), *words(old.statement_en, new.statement_en)),
    ]
    return [*korean, *english] if get_language() == "ko" else [*english, *korean]


def differing_values(old: Item | None, new: Item | None) -> list[tuple[str, str, str]]:
    """(name, old value, new value) of the parameters that differ; "" where there is none."""
    before, after = dict(_parameters(old)), dict(_parameters(new))
    both = [(name, before.get(name, ""), after.get(name, "")) for name in sorted({*before, *after})]
    return [each for each in both if each[1] != each[2]]


def _parameters(item: Item | None) -> tuple[tuple[str, str], ...]:
    return item.parameters if item else ()
