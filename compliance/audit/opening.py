"""On its way to readers an entry gets its names back, or what stands for erased ones.

Entries that were read together are opened together: one query, whatever their number.
"""

import re
import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from compliance.audit import aliases

_MOST = 2000
# What an entry of an older portal holds in clear about who acted.
_OF_ACTOR = {"actor_name", "address", "user_agent"}
# Behind a pseudonym it says nothing.
_NOBODYS_MAIL = re.compile(r" <erased-\d+@erased\.invalid>")
_WORDS, _DATA = "_words", "_opened_data"


class _Waiting(threading.local):
    def __init__(self) -> None:
        self.entries: list[weakref.ref[Any]] = []


_waiting = _Waiting()


def wait(entry: Any) -> None:
    """Open *entry* with the others that this thread has read, once somebody wants a name."""
    if len(_waiting.entries) >= _MOST:
        _waiting.entries.clear()
    _waiting.entries.append(weakref.ref(entry))


def pseudonym(person_id: int | None) -> str:
    return _("Erased person #%(number)s") % {"number": person_id}


def mail_of_nobody(person_id: int | None) -> str:
    return f"erased-{person_id}@erased.invalid"


def opened(text: str, words: dict[str, str]) -> str:
    """Return *text* with what the references in it stand for."""
    if aliases.MARK not in text:
        return text
    said = aliases.REFERENCE.sub(lambda found: words.get(found[1], _("[name missing]")), text)
    return _NOBODYS_MAIL.sub("", said)


def texts(found: Iterable[str]) -> dict[str, str]:
    """Return {text with references: text with names}, for rows that are read without entries."""
    distinct = set(found)
    words, _erased = _ask({token for text in distinct for token in aliases.tokens_in(text)}, set())
    return {text: opened(text, words) for text in distinct}


def value_of(entry: Any, name: str, value: Any) -> Any:
    """Return what a reader sees in the field *name* of *entry*, where *value* is stored."""
    if not value or entry._state.adding:
        return value
    if name in _OF_ACTOR and entry.__dict__.get("actor_id") and aliases.MARK not in value:
        return _in_clear(entry, name, value)
    if name != "data":
        return opened(value, _words(entry)) if aliases.MARK in value else value
    row = entry.__dict__
    if _DATA not in row:
        hidden = any(aliases.tokens_in(value))
        words = _words(entry) if hidden else {}
        row[_DATA] = aliases.changed(value, lambda t: opened(t, words)) if hidden else value
    return row[_DATA]


def _in_clear(entry: Any, name: str, value: str) -> str:
    """An entry from before names were held apart keeps them; readers do not see an erased one."""
    erased = _words(entry).get("erased")
    if not erased:
        return value
    return pseudonym(entry.__dict__["actor_id"]) if name == "actor_name" else _("erased")


def _words(entry: Any) -> dict[str, str]:
    if _WORDS not in entry.__dict__:
        _open(entry)
    found: dict[str, str] = entry.__dict__[_WORDS]
    return found


def _open(entry: Any) -> None:
    others = [found for found in (each() for each in _waiting.entries) if found is not None]
    _waiting.entries.clear()
    batch = {id(each): each for each in [entry, *others]}.values()
    tokens = {each: set(_tokens(each.__dict__)) for each in batch}
    people = {each.__dict__.get("actor_id") for each, own in tokens.items()} - {None}
    words, erased = _ask(set().union(*tokens.values()), people)
    for each in batch:
        gone = (each.__dict__.get("organisation_id"), each.__dict__.get("actor_id")) in erased
        each.__dict__[_WORDS] = {**words, "erased": "1"} if gone else words


def _tokens(row: dict[str, Any]) -> Iterator[str]:
    for name in ("actor_name", "target_name", "address", "user_agent", "data"):
        yield from aliases.tokens_in(row.get(name))


def _ask(tokens: set[str], people: set[Any]) -> tuple[dict[str, str], set[tuple[int, int]]]:
    """Return {token: what it stands for} and (organisation, person) of those who were erased."""
    if not tokens and not people:
        return {}, set()
    alias = apps.get_model("audit", "Alias")
    rows = alias.objects.filter(Q(token__in=tokens) | Q(person_id__in=people, text=""))
    words, erased = {}, set()
    for each in rows:
        words[each.token] = each.shown
        if not each.text:
            erased.add((each.organisation_id, each.person_id))
    return words, erased


class _Attribute(DeferredAttribute):
    """Reads as names, holds references."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return value if instance is None else value_of(instance, self.field.attname, value)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value
        instance.__dict__.pop(_DATA, None)


class _Opening:
    """A field of the same column as the one it is mixed into: no migration knows it."""

    descriptor_class = _Attribute

    def pre_save(self, instance: Any, add: bool) -> Any:  # noqa: FBT001 - Django's signature
        return instance.__dict__[self.attname]  # type: ignore[attr-defined]


class TextWithNames(_Opening, models.CharField):  # type: ignore[type-arg]
    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class DataWithNames(_Opening, models.JSONField):
    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
