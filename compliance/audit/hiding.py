"""On its way into the stream an entry gives up names: references take their place."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, models

from compliance.audit import aliases
from compliance.audit.models import Alias, Entry

_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LONGEST_TARGET = 400
Kind = Alias.Kind


class Wanted(NamedTuple):
    """Something that a person is called by, or came from."""

    kind: str
    person_id: int | None
    text: str


def know(organisation_id: int, person: Any) -> None:
    """Learn name and address of somebody of the organisation, so that texts can give them up."""
    _learn(organisation_id, _called(person.pk, person.audit_name))


def hide(organisation_id: int, by: Any, told: Sequence[tuple[Entry, models.Model]]) -> None:
    """Put references where the entries of one actor name people, machines excepted."""
    entries = [entry for entry, _target in told]
    actor = by.pk if getattr(by, "is_person", False) else None
    called = _called(actor, by.audit_name) if actor else []
    wanted = {*called}
    for entry, target in told:
        wanted.update(_of_target(target))
        wanted.update(_of_request(entry, actor))
    blob = "\n".join(text for entry in entries for text in _texts(entry))
    mails = set(_MAIL.findall(blob)) if "@" in blob else set()
    found = _learn(organisation_id, wanted, blob, mails)
    running = _Running(found, mails)
    for entry in entries:
        _write(entry, found, running, actor)


def _write(entry: Entry, found: dict[Wanted, str], running: "_Running", actor: int | None) -> None:
    row = entry.__dict__
    if actor:
        row["actor_name"] = _joined(found, _called(actor, row["actor_name"]))
    for each in _of_request(entry, actor):
        row[_FIELD[each.kind]] = aliases.reference(found[each])
    target = row["target_name"]
    row["target_name"] = running.hide(target)
    while len(row["target_name"]) > _LONGEST_TARGET:
        target = target[: -(len(row["target_name"]) - _LONGEST_TARGET)]
        row["target_name"] = running.hide(target)
    row["data"] = aliases.changed(row["data"], running.hide)


_FIELD = {Kind.ADDRESS: "address", Kind.AGENT: "user_agent"}


def _called(person_id: int | None, audit_name: str) -> list[Wanted]:
    """Name and address of mail out of “name <mail>”."""
    name, _open, mail = audit_name.rpartition(" <")
    both = [(Kind.NAME, name or mail), (Kind.MAIL, mail.removesuffix(">") if name else "")]
    return [Wanted(kind, person_id, aliases.unmarked(text)) for kind, text in both if text]


def _joined(found: dict[Wanted, str], called: list[Wanted]) -> str:
    said = [aliases.reference(found[each]) for each in called]
    return f"{said[0]} <{said[1]}>" if len(said) > 1 else said[0]


def _of_target(target: models.Model) -> list[Wanted]:
    person = getattr(target, "audit_person", None)
    return _called(person.pk, person.audit_name) if person is not None else []


def _of_request(entry: Entry, actor: int | None) -> list[Wanted]:
    """Where it came from is whose it was; without an actor, of whom the entry speaks."""
    row = entry.__dict__
    person = actor or row["data"].get("person")
    if not isinstance(person, int):
        return []
    both = [(Kind.ADDRESS, row["address"]), (Kind.AGENT, row["user_agent"])]
    return [Wanted(kind, person, text) for kind, text in both if text and aliases.MARK not in text]


def _texts(entry: Entry) -> Iterable[str]:
    row = entry.__dict__
    yield row["target_name"]
    yield from aliases.texts_in(row["data"])


class _Running:
    """Names in running text. One that two people bear belongs to neither, nor does a stranger's address."""

    def __init__(self, found: dict[Wanted, str], mails: set[str]) -> None:
        self._tokens: dict[str, str] = {}
        for each, token in found.items():
            if each.kind == Kind.NAME or each.text in mails:
                shared = each.text in self._tokens and each.person_id is not None
                self._tokens[each.text] = self._tokens[each.text] if shared else token
        self._pattern = aliases.pattern_of(self._tokens)

    def hide(self, text: str) -> str:
        text = aliases.unmarked(text)
        return self._pattern.sub(self._reference, text) if self._pattern else text

    def _reference(self, found: re.Match[str]) -> str:
        return aliases.reference(self._tokens[found[0]])


def _learn(
    organisation_id: int, wanted: Iterable[Wanted], blob: str = "", mails: Iterable[str] = ()
) -> dict[Wanted, str]:
    """Return {alias: token} of all *wanted*, of names in *blob* and of *mails*; make what is missing.

    Writers of an organisation come one after the other (`rows.lock_head`): none is made twice.
    """
    wanted = set(wanted)
    exact = {each.text for each in wanted} | {*mails}
    found: dict[Wanted, str] = {}
    for token, kind, person_id, text in _select(organisation_id, sorted(exact), blob):
        found.setdefault(Wanted(kind, person_id, text), token)
    borne = {each.text for each in [*found, *wanted] if each.kind == Kind.MAIL}
    wanted |= {Wanted(Kind.MAIL, None, mail) for mail in mails if mail not in borne}
    wanted |= {Wanted(Kind.NAME, None, name) for name in _shared([*found, *wanted])}
    missing = [_made(organisation_id, each) for each in sorted(wanted - found.keys(), key=str)]
    Alias.objects.bulk_create(missing)
    return found | {Wanted(each.kind, each.person_id, each.text): each.token for each in missing}


def _shared(found: Iterable[Wanted]) -> set[str]:
    bearers: dict[str, set[int | None]] = {}
    for each in found:
        if each.kind == Kind.NAME:
            bearers.setdefault(each.text, set()).add(each.person_id)
    return {name for name, people in bearers.items() if len(people) > 1}


def _select(organisation_id: int, exact: list[str], blob: str) -> list[tuple[Any, ...]]:
    inside = "position(text in %s)" if connection.vendor == "postgresql" else "instr(%s, text)"
    marks = ", ".join(["%s"] * len(exact)) or "''"
    # Marks and names are ours; values go as parameters.
    sql = (
        "SELECT token, kind, person_id, text FROM audit_alias "  # noqa: S608
        f"WHERE organisation_id = %s AND text <> '' AND (text IN ({marks}) "
        f"OR (kind = 'name' AND {inside} > 0)) ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [organisation_id, *exact, blob])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _made(organisation_id: int, each: Wanted) -> Alias:
    salt = aliases.new_salt()
    token = aliases.token_of(salt, each.kind, each.person_id, each.text)
    return Alias(
        organisation_id=organisation_id,
        token=token,
        kind=each.kind,
        person_id=each.person_id,
        text=each.text,
        salt=salt,
    )
