"""The whole check of an organisation's stream: its chain, its hash tree, and every checkpoint of it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing

from django.db.models import Max

from compliance.audit import chain, checkpoints, erasing, keys, rows
from compliance.audit.aliases import MARK
from compliance.audit.chain import Report
from compliance.audit.merkle import TILE, Growing
from compliance.audit.models import Entry, Head
from compliance.audit.notes import BadNote, Statement, Verifier, opened, organisation_of

# A checkpoint that the stream is held to, with where it was found.
Claim = tuple[str, Statement]
_ESCAPED = json.dumps(MARK)[1:-1]
OUTSIDE = "the file beside the database"


def check_all(given: Sequence[Claim] = ()) -> list[Report]:
    """Check every organisation, also one whose head was taken away; *given* come from elsewhere."""
    known = keys.verifiers()
    elsewhere: dict[int, list[Claim]] = defaultdict(list)
    for source, statement in given:
        elsewhere[organisation_of(statement)].append((source, statement))
    numbers = sorted({*rows.organisations(), *elsewhere})
    return [check(number, known=known, given=elsewhere[number]) for number in numbers]


def check(
    organisation_id: int, *, known: Sequence[Verifier], given: Sequence[Claim] = ()
) -> Report:
    """Walk along the stream once, holding it to every checkpoint there is of it."""
    stored, problems = _stored(organisation_id, known)
    beside, more = _beside(organisation_id, known)
    problems += more + _missing(stored, beside)
    claims = [*stored, *beside, *given]
    seen = _Seen(claims, _tiles(organisation_id))
    head = _head(organisation_id)
    with closing(rows.read(organisation_id, until=head.seq if head else None)) as read:
        walk = chain.Walk(read)
        seen.follow(walk)
    broken = walk.fault or _at_the_end(organisation_id, walk, head)
    if not walk.fault:
        problems += [*_beyond(claims, walk.count), *seen.strays(walk.count)]
        problems += erasing.problems(organisation_id, seen.cited)
    found = list(dict.fromkeys([*problems, *seen.problems]))
    return Report(organisation_id, walk.count, walk.previous, broken, len(claims), found)


def open_claim(note: str, source: str, known: Iterable[Verifier]) -> Claim:
    """Return what *note* claims. Raises BadNote."""
    return source, opened(note, known)


class _Seen:
    """What the walk has passed, compared with what was claimed."""

    def __init__(self, claims: Sequence[Claim], tiles: dict[int, str]) -> None:
        self._claims: dict[int, list[Claim]] = defaultdict(list)
        for claim in claims:
            self._claims[claim[1].size].append(claim)
        self._tiles, self._growing = tiles, Growing()
        self.problems: list[str] = []
        # Texts of entries that hold references to names.
        self.cited: set[str] = set()

    def follow(self, walk: chain.Walk) -> None:
        growing, claims = self._growing, self._claims
        fromhex, cite = bytes.fromhex, self.cited.add
        for size, row in enumerate(walk, 1):
            cite(row.actor_name)
            cite(row.address)
            cite(row.user_agent)
            if MARK in row.target_name:
                cite(row.target_name)
            if MARK in row.data or _ESCAPED in row.data:
                cite(row.data.replace(_ESCAPED, MARK))
            full = growing.add(fromhex(row.digest))
            if full is not None:
                self._compare_tile(size // TILE - 1, full.hex())
            if size in claims:
                self._compare(size, row.digest)

    def _compare(self, size: int, head: str) -> None:
        root = self._growing.root().hex()
        for source, claim in self._claims[size]:
            if (claim.root, claim.head) != (root, head):
                self.problems.append(f"{_name(claim, source)} was made of other entries")

    def _compare_tile(self, number: int, root: str) -> None:
        """A tile that is not stored yet is no fault: it will be, with the next checkpoint."""
        stored = self._tiles.get(number)
        if stored is None and any(size >= (number + 1) * TILE for size in self._claims):
            self.problems.append(f"the hash over {_span(number)} is missing")
        elif stored not in (None, root):
            self.problems.append(f"the hash over {_span(number)} was altered")

    def strays(self, size: int) -> list[str]:
        """Hashes that are stored of entries that there are not."""
        return [
            f"a hash over {_span(number)} is stored, which there are not"
            for number in sorted(self._tiles)
            if not 0 <= number < size // TILE
        ]


def _span(number: int) -> str:
    return f"entries {number * TILE + 1} to {(number + 1) * TILE}"


def _name(claim: Statement, source: str) -> str:
    return f"the checkpoint of {claim.size} entries in {source}"


def _stored(organisation_id: int, known: Sequence[Verifier]) -> tuple[list[Claim], list[str]]:
    source, claims, problems = "the database", [], []
    columns = ["size", "root", "head", "key", "note", "at"]
    for row in rows.torn("audit_checkpoint", columns, organisation_id):
        size, root, head, key, note, at = row
        name = f"the checkpoint of {size} entries in {source}"
        try:
            claim = opened(note, known)
        except BadNote as error:
            problems.append(f"{name}: {error}")
            continue
        told = (size, root, head, at, organisation_id)
        time = claim.at[:19].replace("T", " ")
        said = (str(claim.size), claim.root, claim.head, time, organisation_of(claim))
        if told != said or not claim.origin.startswith(f"{key}/"):
            problems.append(f"{name} was altered: it does not say what is signed")
        claims.append((source, claim))
    return claims, problems


def _beside(organisation_id: int, known: Sequence[Verifier]) -> tuple[list[Claim], list[str]]:
    claims, problems = [], []
    lines = checkpoints.kept(checkpoints.outside(organisation_id))
    for number, (size, note) in enumerate(lines, 1):
        try:
            claim = opened(note, known) if size else None
            if claim is None or (claim.size, organisation_of(claim)) != (size, organisation_id):
                problems.append(f"line {number} of {OUTSIDE} was altered")
                continue
        except BadNote as error:
            problems.append(f"line {number} of {OUTSIDE}: {error}")
            continue
        claims.append((OUTSIDE, claim))
    return claims, problems


def _missing(stored: list[Claim], beside: list[Claim]) -> list[str]:
    """Both places have the same, but that the file may not have the last ones yet."""
    here = {claim.size for _source, claim in stored}
    there = {claim.size for _source, claim in beside}
    last = max(there, default=0)
    gone = [(size, "the database") for size in there - here]
    gone += [(size, OUTSIDE) for size in here - there if size <= last]
    return [
        f"the checkpoint of {size} entries is missing in {where}" for size, where in sorted(gone)
    ]


def _beyond(claims: Sequence[Claim], count: int) -> list[str]:
    return [
        f"the stream was cut: it ends at entry {count}, but {_name(claim, source)} has more"
        for source, claim in claims
        if claim.size > count
    ]


def _at_the_end(organisation_id: int, walk: chain.Walk, head: Head | None) -> str:
    """Compare with the end as it was before the walk, since writers go on meanwhile."""
    if head is None:
        return "the head of the chain is missing"
    if walk.count != head.seq:
        return f"the chain ends at entry {walk.count}, but entry {head.seq} was written"
    if walk.previous != head.digest:
        return f"the head of the chain has another digest than entry {head.seq}"
    entries = Entry.objects.filter(organisation_id=organisation_id)
    newest = entries.aggregate(newest=Max("seq"))["newest"] or 0
    now = _head(organisation_id)
    if now is None or newest > now.seq:
        return f"entry {newest} stands behind the end of the chain"
    return ""


def _head(organisation_id: int) -> Head | None:
    return Head.objects.filter(organisation_id=organisation_id).first()


def _tiles(organisation_id: int) -> dict[int, str]:
    read = rows.torn("audit_subtree", ["number", "root"], organisation_id)
    return {int(number): root for number, root in read if number.lstrip("-").isdecimal()}
