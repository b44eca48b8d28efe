"""YAML as plain data: text keys, plain values, nothing that grows or runs while it is read."""

import math
import re
from collections import Counter
from collections.abc import Hashable
from typing import Any

import yaml
from django.utils.translation import gettext as _

from compliance.shared.errors import Refused

SIZE_LIMIT = 10 * 1024 * 1024
DEPTH_LIMIT = 40
_OPENING = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSING = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
# The reader in C is ten times faster; an installation without it reads the same files.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Base):  # type: ignore[misc]
    """Dates stay text, and a key that stands twice is refused instead of overwriting."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _value in node.value if isinstance(key.value, str)]
        doubled = [key for key, number in Counter(keys).items() if number > 1]
        if doubled:
            raise Refused(
                _("Line %(line)d: the key “%(key)s” stands twice. Keep one of them.")
                % {"line": node.start_mark.line + 1, "key": one_line(doubled[0][:60])}
            )
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _Base.construct_yaml_str)


def parse(content: bytes) -> dict[str, Any]:
    """Return the mapping in *content*, or raise Refused with one sentence that names the line."""
    if not content.strip():
        raise Refused(_("The file is empty. Choose the profile's YAML file."))
    if len(content) > SIZE_LIMIT:
        raise Refused(_("The file is larger than 10 MB. A profile is smaller than that."))
    text = _decoded(content)
    try:
        _check_events(text)
        data = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a safe loader
    except yaml.constructor.ConstructorError as error:
        raise Refused(_unknown_tag(error)) from error
    except yaml.YAMLError as error:
        raise Refused(_("The file is not readable YAML: %s") % _where(error)) from error
    except (ValueError, RecursionError, OverflowError) as error:
        raise Refused(_("The file holds a number or date that cannot be read.")) from error
    if not isinstance(data, dict):
        raise Refused(_("The file is YAML but not a profile: it has no “profile” part."))
    _check_plain(data, "")
    return data


def one_line(text: str) -> str:
    """A text of the file as a sentence may quote it."""
    return re.sub(r"[\r\n\v\f\x85\u2028\u2029]+", "⏎", text)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(_("The file is not UTF-8 text. Save it as UTF-8.")) from error
    if "\0" in text:
        raise Refused(_("The file holds zero bytes, so it is not a text file. Choose the YAML."))
    return text


def _check_events(text: str) -> None:
    """Read the file's outline, which costs no memory, before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            raise Refused(_("This YAML file uses aliases (*name). Write the values out."))
        if isinstance(event, _OPENING):
            depth += 1
        elif isinstance(event, _CLOSING):
            depth -= 1
        if depth > DEPTH_LIMIT:
            raise Refused(_("The file is nested too deeply. A profile has a few levels only."))


def _unknown_tag(error: Any) -> str:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return _("Line %d asks for something that is not plain data. Remove tags such as !!python.") % (
        line
    )


def _where(error: Any) -> str:
    mark = getattr(error, "problem_mark", None)
    return _("line %d") % (mark.line + 1) if mark else _("a character that YAML does not allow")


def _check_plain(value: Any, place: str) -> None:
    """What the database or JSON could not keep. *place* is the way there, for the sentence."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_key(key, place)
            name = one_line(key[:60])
            _check_plain(each, f"{place} → {name}" if place else name)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            _check_plain(each, f"{place} → {number}")
    else:
        _check_scalar(value, place)


def _check_key(key: Any, place: str) -> None:
    if not isinstance(key, str):
        raise Refused(
            _("%(place)s: the key %(key)s is not text. Put it into quotes.")
            % {"place": place or _("The file"), "key": str(key)[:60]}
        )
    _check_scalar(key, place)


def _check_scalar(value: Any, place: str) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
            raise Refused(_("%s holds a character that is no text. Remove it.") % place)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(_("%s is not a number that can be kept.") % place)
    elif not isinstance(value, int | None):
        raise Refused(_("%s is not plain text, number or list.") % place)
