"""Names and addresses of mail leave the texts of an organisation's rows; a pseudonym stands there."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from compliance.audit import aliases
from compliance.privacy.columns import swept


class Erased:
    """How somebody is called, and what stands there afterwards."""

    def __init__(self, names: Iterable[str], mails: Iterable[str], name: str, mail: str) -> None:
        """*names*: those that nobody else bears."""
        self.mails = sorted({*mails}, key=len, reverse=True)
        self.texts = sorted({*self.mails, *(each for each in names if len(each) > 1)})
        self._mail = mail
        self._name = name
        self._pattern = aliases.pattern_of(set(names) - {*self.mails})
        self._mails = re.compile("|".join(map(re.escape, self.mails)) or r"(?!)", re.IGNORECASE)

    def gone_from(self, text: str) -> str:
        text = self._mails.sub(self._mail, text)
        return self._pattern.sub(self._name, text) if self._pattern else text


def sweep(organisation_id: int, erased: Erased) -> dict[str, int]:
    """Go through every text of the organisation; return {model: rows that were changed}."""
    counts = {}
    for model, lookup, columns in swept():
        rows = model._base_manager.filter(**{lookup: organisation_id})
        changed = sum(_sweep(rows, model, name, erased) for name in columns)
        if changed:
            counts[model._meta.label] = changed
    return counts


def _sweep(rows: Any, model: type[models.Model], name: str, erased: Erased) -> int:
    field = model._meta.get_field(name)
    found = rows.annotate(_text=Cast(name, TextField())).filter(_holds(erased))
    count = 0
    for pk, value in list(found.order_by().values_list("pk", name).distinct()):
        fresh = aliases.changed(value, _within(getattr(field, "max_length", None), erased))
        if fresh != value:
            # Past `save`: what a row is told of its change is not the business of an erasure.
            model._base_manager.filter(pk=pk).update(**{name: fresh})
            count += 1
    return count


def _within(longest: int | None, erased: Erased) -> Callable[[str], str]:
    return lambda text: erased.gone_from(text)[:longest]


def _holds(erased: Erased) -> Q:
    found = Q(pk__in=[])
    for text in erased.texts:
        for form in {text, json.dumps(text)[1:-1]}:  # SQLite's JSON is written in ASCII
            found |= Q(_text__icontains=form)
    return found
