"""The shape of a document, by its published JSON Schema; what is wrong as one sentence."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.requirements.plain_yaml import one_line
from compliance.shared.errors import Refused

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "data"
SHOWN = 80
# The `title` of a place in a schema → what is expected there.
_EXPECTED: dict[str, "str | Promise"] = {
    "map": gettext_lazy("a map of keys and values"),
    "list": gettext_lazy("a list with at least one entry where one is needed"),
    "text": gettext_lazy("text of at most 20,000 characters"),
    "title": gettext_lazy("text of 1 to 300 characters"),
    "statement": gettext_lazy("text of 1 to 20,000 characters"),
    "boolean": gettext_lazy("true or false"),
    "identifier": gettext_lazy("a short name of letters, digits, hyphens and underscores"),
    "version": gettext_lazy("a version in quotes without spaces, like “0.1.0”"),
    "code": gettext_lazy(
        "a code of at most 40 characters without a slash, in quotes if it looks like a number"
    ),
    "short code": gettext_lazy(
        "a code of at most 20 characters without a slash, in quotes if it looks like a number"
    ),
    "name": gettext_lazy("a name of letters, digits and underscores"),
    "date": gettext_lazy("a date like 2026-11-22"),
    "days": gettext_lazy("a whole number of days, 1 or more"),
    "number": gettext_lazy("a whole number, 0 or more"),
    "short text": gettext_lazy("text of 1 to 100 characters"),
    "unit": gettext_lazy("a unit of at most 40 characters"),
    "value": gettext_lazy("a number, a text, true or false, or a list of these"),
    "one of value and values": gettext_lazy("either “value” or “values”, not both"),
    "address": gettext_lazy("an address that begins with http:// or https://"),
}


def check(data: dict[str, Any], schema: str) -> None:
    """Raise Refused when *data* does not have the shape of *schema*, a file of the data folder."""
    # It brings 25 MB of formats that most processes never check.
    from jsonschema.exceptions import best_match

    error = next(_validator(schema).iter_errors(data), None)
    if error is not None:
        best = best_match([error])
        raise Refused(_sentence(best if best is not None else error, data))


@cache
def _validator(schema: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator, FormatChecker

    text = (FOLDER / schema).read_text("utf-8")
    return Draft202012Validator(json.loads(text), format_checker=FormatChecker(["date"]))


def _sentence(error: Any, data: dict[str, Any]) -> str:
    """*error* is a ValidationError; its stub does not know that its parts are set by now."""
    place = _place(error.absolute_path, data)
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return _("%(place)s lacks “%(key)s”. Add it.") % {"place": place, "key": missing}
    if error.validator == "additionalProperties":
        return _unknown_key(error, place)
    if error.validator == "enum":
        known = ", ".join(str(each) for each in error.validator_value)
        facts = {"place": place, "given": _shown(error.instance), "known": known}
        return _("%(place)s is “%(given)s”; it must be one of %(known)s.") % facts
    if error.validator == "maxItems" and isinstance(error.instance, list):
        facts = {"place": place, "number": error.validator_value}
        return _("%(place)s has more than %(number)s entries. Split the document.") % facts
    facts = {"place": place, "given": _shown(error.instance), "expected": _expected(error)}
    return _("%(place)s must be %(expected)s, and is “%(given)s”.") % facts


def _unknown_key(error: Any, place: str) -> str:
    known = error.schema.get("properties", {})
    unknown = next(
        key for key in error.instance if key not in known and not str(key).startswith("x_")
    )
    facts = {"place": place, "key": one_line(unknown[:SHOWN]), "known": ", ".join(known)}
    return _("%(place)s has the unknown key “%(key)s”; known are %(known)s.") % facts


def _expected(error: Any) -> str:
    schema = error.schema
    named = schema.get("title") if isinstance(schema, dict) else None
    if named is None and error.parent is not None:
        return _expected(error.parent)
    if named is None and "value" in [str(each) for each in error.absolute_path]:
        named = "one of value and values"
    return str(_EXPECTED.get(str(named), _("something else")))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _place(path: Iterable[str | int], data: dict[str, Any]) -> str:
    """The way to the place, a row of a list by its code: requirements → OI-NET-02 → severity."""
    names: list[str] = []
    value: Any = data
    for step in path:
        value = value[step]
        names.append(_name(step, value))
    return " → ".join(names) or _("The document")


def _name(step: str | int, value: Any) -> str:
    if isinstance(step, str):
        return one_line(step[:SHOWN])
    if isinstance(value, dict):
        for key in ("id", "code", "from"):
            if isinstance(value.get(key), str) and value[key]:
                return one_line(value[key][:SHOWN])
    return str(step + 1)
