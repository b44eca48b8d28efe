"""Every action of every room, each with its sentence."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNKNOWN = _("{actor} did “{action}” to {target}")

_sentences: dict[str, "str | Promise"] = {}
_reads: set[str] = set()
_vocabularies: dict[str, dict[str, type[models.TextChoices]]] = {}


def register(actions: type[models.TextChoices]) -> type[models.TextChoices]:
    """Class decorator: the labels of *actions* are sentences with {actor}, {target} and data keys."""
    for action in actions:
        if action.value in _sentences:
            raise ValueError(f"two actions are named {action.value}")
        _sentences[action.value] = action._label_
    return actions


def reads(*named: str) -> None:
    """These actions are access records: somebody looked at something or took it along."""
    _reads.update(str(each) for each in named)


def access_actions() -> frozenset[str]:
    return frozenset(_reads)


def sentence_of(action: str) -> "str | Promise":
    return _sentences.get(action, UNKNOWN)


def actions() -> dict[str, "str | Promise"]:
    """Return {action: sentence} of all rooms."""
    return dict(_sentences)


def words(action: str, **vocabulary: type[models.TextChoices]) -> None:
    """The data keys of *action* hold values of these choices: its sentence shows their labels."""
    _vocabularies[str(action)] = vocabulary


def label_of(action: str, key: str, value: object) -> object:
    """Return what the sentence of *action* shows for *value* of *key*."""
    choices = _vocabularies.get(action, {}).get(key)
    return choices(value).label if choices and value in choices.values else value
