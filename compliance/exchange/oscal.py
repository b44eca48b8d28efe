"""An OSCAL catalog in JSON, 1.0 to 1.2: groups become areas, controls become requirements."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.exchange import checking, headings
from compliance.exchange.items import MOST_ITEMS, TOO_MANY, Area, Becomes, Item, Reading, Row
from compliance.exchange.oscal_out import NAMESPACE
from compliance.shared.errors import Refused

DEPTH = 20
_LONGEST = checking.STATEMENT_LIMIT * 2
_LONGEST_VALUE = 2_000
_INSERT = re.compile(r"\{\{\s*insert:\s*param\s*,\s*([^}\s]+)\s*\}\}")
# The form that milestones before 1.0 used and some catalogs still carry.
_OLD_INSERT = re.compile(r"\{\{\s*([\w.-]+_prm_\d+|param:[\w.-]+)\s*\}\}")
# What else OSCAL calls a document. Only a catalog holds the requirements themselves.
_OTHERS = (
    "profile", "system-security-plan", "component-definition", "assessment-plan",
    "assessment-results", "plan-of-action-and-milestones", "mapping-collection",
)  # fmt: skip
_OTHER = gettext_lazy(
    "This is an OSCAL “%(kind)s”, which names requirements but does not hold them. Choose the catalog, "
    "or resolve the profile into one."
)
_STATEMENTS = {"statement", "overview", "item"}
_NOTES = {"guidance", "information", "instruction"}
_CHECKS = {"assessment-objective", "objective", "assessment", "assessment-method"}


def parse(content: bytes) -> dict[str, Any]:
    """Return the catalog, or raise Refused when the JSON holds none."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise Refused(_("This file is not readable JSON. Export the catalog anew.")) from fault
    catalog = data.get("catalog") if isinstance(data, dict) else None
    if not isinstance(catalog, dict):
        other = next((key for key in data if key in _OTHERS), "") if isinstance(data, dict) else ""
        if other:
            raise Refused(_OTHER % {"kind": other})
        raise Refused(
            _(
                "This JSON is not an OSCAL catalog: it has no “catalog”. Profiles must be resolved first."
            )
        )
    return catalog


def read(catalog: dict[str, Any], skip: frozenset[str] = frozenset()) -> Reading:
    """Return the controls in document order. Raises Refused for a version that nobody knows yet."""
    reader = _Reader(catalog, skip)
    reader.walk()
    return reader.reading


class _Reader:
    def __init__(self, catalog: dict[str, Any], skip: frozenset[str]) -> None:
        self.catalog, self.skip = catalog, skip
        self.reading = Reading(facts=_facts(catalog))
        self.params = dict(_params(catalog, 0))
        self.withdrawn = 0

    def walk(self) -> None:
        self._controls(self.catalog, "", "", 0)
        self._groups(self.catalog, [], 0)
        if self.withdrawn:
            self.reading.notes.append(_("%d withdrawn controls were left out.") % self.withdrawn)
        checking.check_codes(self.reading)
        checking.check_parents(self.reading)
        used = {item.area for item in self.reading.taken}
        if "" in used:
            everything = Area.all()
            self.reading.areas.insert(0, everything)
            for item in self.reading.taken:
                item.area = item.area or everything.code
            used.add(everything.code)
        self.reading.areas = [each for each in self.reading.areas if each.code in used]

    def _groups(self, node: dict[str, Any], above: list[str], depth: int) -> None:
        _check_depth(depth)
        for group in _rows(node, "groups"):
            titles = [*above, _text(group, "title")]
            code = self._group(group, titles)
            self._controls(group, code, "", depth + 1)
            self._groups(group, titles, depth + 1)

    def _group(self, group: dict[str, Any], titles: list[str]) -> str:
        """A group that we wrote says its code and both titles; any other its id and its title."""
        own = _own(group)
        if own.get("label") and own.get("title-ko"):
            return self._area(own["label"], own["title-ko"], own.get("title-en", ""))
        title = " › ".join(each for each in titles if each)
        return self._area(checking.code_of(_text(group, "id")).upper(), title)

    def _area(self, code: str, title: str, title_en: str = "") -> str:
        taken = {each.code for each in self.reading.areas}
        if not code or len(code) > 20 or code in taken:
            code = f"A{len(self.reading.areas) + 1:02d}"
        self.reading.areas.append(Area(code, (title or code)[: checking.TITLE_LIMIT], title_en))
        return code

    def _controls(self, node: dict[str, Any], area: str, parent: str, depth: int) -> None:
        _check_depth(depth)
        for control in _rows(node, "controls"):
            if _is_withdrawn(control):
                self.withdrawn += 1
                continue
            item = self._item(control, area, parent)
            self._row(item)
            self._controls(control, area, item.code, depth + 1)

    def _row(self, item: Item) -> None:
        number = len(self.reading.rows) + 1
        if number > MOST_ITEMS:
            raise Refused(TOO_MANY)
        row = Row("", number, Becomes.REQUIREMENT, item.title, item)
        row.skipped = row.key in self.skip
        if not item.code:
            row.problems.append(_("This control has no id."))
        row.problems += checking.lengths(item)
        self.reading.rows.append(row)

    def _item(self, control: dict[str, Any], area: str, parent: str) -> Item:
        own = _own(control)
        title = self._filled(own.get("title-ko") or _text(control, "title"))
        parts = _rows(control, "parts")
        statement, statement_en = self._said(parts)
        return Item(
            code=checking.code_of(own.get("label") or _label(control) or _text(control, "id")),
            title=" ".join(title.split())[: checking.TITLE_LIMIT] or _text(control, "id"),
            statement=statement or title or _text(control, "id"),
            title_en=own.get("title-en", ""),
            statement_en=statement_en,
            severity=headings.severity_of(own.get("severity", "")),
            mandatory={"yes": True, "no": False}.get(own.get("mandatory", "")),
            evidence=_values(control, "evidence-kind"),
            area=area,
            parent=parent,
            tests=[line for line in self._prose(parts, _CHECKS).splitlines() if line],
            note=self._prose(parts, _NOTES),
        )

    def _said(self, parts: list[dict[str, Any]]) -> tuple[str, str]:
        """Return the statement and its English, which our own catalogs carry beside each other."""
        others = [part for part in parts if _is_translation(part)]
        said = self._prose([part for part in parts if part not in others], _STATEMENTS)
        other = self._prose(others, _STATEMENTS)
        if others and _text(others[0], "id").endswith(".ko"):
            return other, said
        return said, other

    def _prose(self, parts: list[dict[str, Any]], names: set[str]) -> str:
        return "\n".join(
            line for part in parts if _text(part, "name") in names for line in self._part(part, 0)
        )

    def _part(self, part: dict[str, Any], depth: int) -> Iterator[str]:
        """The text of a part and of those inside it, each with its label."""
        _check_depth(depth)
        label, prose = _label(part), self._filled(_text(part, "prose"))
        if prose:
            yield f"{label} {prose}".strip() if depth else prose
        for inner in _rows(part, "parts"):
            yield from self._part(inner, depth + 1)

    def _filled(self, text: str) -> str:
        """Put the parameters in. A text that grows too long is cut; its row says so."""
        text = text[:_LONGEST]
        for _round in range(5):  # a parameter's text may name another one
            filled = _INSERT.sub(self._value, text)
            filled = _OLD_INSERT.sub(self._value, filled[:_LONGEST])[:_LONGEST]
            if filled == text or len(filled) == _LONGEST:
                return filled
            text = filled
        return text

    def _value(self, found: re.Match[str]) -> str:
        name = found[1].removeprefix("param:")
        return self.params.get(name, f"[{name}]")[:_LONGEST_VALUE]


def _params(node: dict[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """(id, what to read in its place): the value, else the choices, else the label."""
    _check_depth(depth)
    for param in _rows(node, "params"):
        yield _text(param, "id"), _shown(param)
    for key in ("groups", "controls"):
        for inner in _rows(node, key):
            yield from _params(inner, depth + 1)


def _shown(param: dict[str, Any]) -> str:
    values = [
        str(each) for each in param.get("values") or [] if isinstance(each, str | int | float)
    ]
    if values:
        return ", ".join(values)
    select = param.get("select")
    choices = select.get("choice") if isinstance(select, dict) else None
    if isinstance(choices, list) and choices:
        return "[" + " | ".join(str(each) for each in choices) + "]"
    label = _text(param, "label") or _text(param, "id")
    bounds = [_text(each, "description") for each in _rows(param, "constraints")]
    return f"[{': '.join([label, *filter(None, bounds)])}]"


def _facts(catalog: dict[str, Any]) -> dict[str, str]:
    metadata = catalog.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    version = _text(metadata, "oscal-version")
    if not re.match(r"1\.[0-2](\.|$)", version):
        raise Refused(
            _("The catalog says OSCAL version “%s”. Versions 1.0 to 1.2 are read.") % version[:20]
        )
    day = _text(metadata, "published") or _text(metadata, "last-modified")
    return {
        "title": _text(metadata, "title")[:300],
        "version": _text(metadata, "version")[:20],
        "published": day[:10],
        "format": f"OSCAL {version}",
    }


def _own(node: dict[str, Any]) -> dict[str, str]:
    """{name: value} of the properties that only our own catalogs have."""
    found: dict[str, str] = {}
    for prop in _rows(node, "props"):
        if _text(prop, "ns") == NAMESPACE:
            found.setdefault(_text(prop, "name"), _text(prop, "value"))
    return found


def _values(node: dict[str, Any], name: str) -> list[str]:
    """What a person reads of every value of one of our own properties."""
    props = [prop for prop in _rows(node, "props") if _text(prop, "ns") == NAMESPACE]
    named = [prop for prop in props if _text(prop, "name") == name]
    return [_text(prop, "remarks") or _text(prop, "value") for prop in named]


def _is_translation(part: dict[str, Any]) -> bool:
    return _text(part, "ns") == NAMESPACE and _text(part, "class") == "translation"


def _is_withdrawn(control: dict[str, Any]) -> bool:
    return any(
        _text(prop, "name") == "status" and _text(prop, "value").casefold() == "withdrawn"
        for prop in _rows(control, "props")
    )


def _label(node: dict[str, Any]) -> str:
    labels = [prop for prop in _rows(node, "props") if _text(prop, "name") == "label"]
    # 800-53 has a zero-padded label beside the usual one; the usual one has no class.
    labels.sort(key=lambda prop: bool(prop.get("class")))
    return _text(labels[0], "value") if labels else ""


def _rows(node: dict[str, Any], key: str) -> list[dict[str, Any]]:
    rows = node.get(key)
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def _text(node: dict[str, Any], key: str) -> str:
    value = node.get(key)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _check_depth(depth: int) -> None:
    if depth > DEPTH:
        raise Refused(_("The catalog is nested too deeply."))
