"""A CISO Assistant library in YAML: nodes that are assessed become requirements, others areas."""

from typing import Any

from django.utils.translation import gettext as _

from compliance.exchange import checking
from compliance.exchange.items import MOST_ITEMS, TOO_MANY, Area, Becomes, Item, Reading, Row
from compliance.shared.errors import Refused

DEPTH = 20
LANGUAGES = ("ko", "en")


def is_library(data: dict[str, Any]) -> bool:
    return "objects" in data and "urn" in data


def read(data: dict[str, Any], skip: frozenset[str] = frozenset()) -> Reading:
    """Return the nodes in document order. Raises Refused when the library holds no framework."""
    objects = data["objects"] if isinstance(data["objects"], dict) else {}
    framework = objects.get("framework") or objects.get("frameworks")
    if isinstance(framework, list):
        framework = next((each for each in framework if isinstance(each, dict)), None)
    nodes = framework.get("requirement_nodes") if isinstance(framework, dict) else None
    if not isinstance(nodes, list) or not nodes:
        raise Refused(_("This library holds no framework with requirements. Choose another file."))
    reader = _Reader(data, [node for node in nodes if isinstance(node, dict)], skip)
    reader.walk()
    return reader.reading


class _Reader:
    def __init__(
        self, data: dict[str, Any], nodes: list[dict[str, Any]], skip: frozenset[str]
    ) -> None:
        self.data, self.nodes, self.skip = data, nodes, skip
        self.by_urn = {str(node.get("urn")): node for node in nodes}
        self.codes: dict[str, str] = {}
        self.areas: dict[str, Area] = {}
        self.reading = Reading(facts=self._facts())

    def walk(self) -> None:
        for node in self.nodes:
            if node.get("assessable"):
                self._requirement(node)
        asked = sum(bool(node.get("questions")) for node in self.nodes)
        if asked:
            self.reading.notes.append(
                _("The questions of %d nodes were left out: answers are verdicts here.") % asked
            )
        checking.check_codes(self.reading)
        checking.check_parents(self.reading)
        used = {item.area for item in self.reading.taken}
        self.reading.areas = [area for area in self.areas.values() if area.code in used]

    def _facts(self) -> dict[str, str]:
        title, title_en = _both(self.data, "name")
        return {
            "title": title[:300],
            "title_en": title_en[:300],
            "version": str(self.data.get("version", ""))[:20],
            "published": str(self.data.get("publication_date") or "")[:10],
            "format": "CISO Assistant",
        }

    def _requirement(self, node: dict[str, Any]) -> None:
        if len(self.reading.rows) >= MOST_ITEMS:
            raise Refused(TOO_MANY)
        item = self._item(node)
        number = len(self.reading.rows) + 1
        row = Row("", number, Becomes.REQUIREMENT, item.title, item)
        row.skipped = row.key in self.skip
        row.problems += checking.lengths(item)
        self.codes[str(node.get("urn"))] = item.code
        self.reading.rows.append(row)

    def _item(self, node: dict[str, Any]) -> Item:
        code = checking.code_of(_text(node, "ref_id")) or self._last_of_urn(node)
        name, name_en = _both(node, "name")
        description, description_en = _both(node, "description")
        title = " ".join((name or description or code).split())
        title_en = " ".join((name_en or description_en).split())
        area, parent = self._above(node)
        return Item(
            code=code,
            title=title[: checking.TITLE_LIMIT],
            title_en=title_en[: checking.TITLE_LIMIT],
            statement=description or name or code,
            statement_en=description_en or name_en,
            area=area.code,
            parent=parent,
            evidence=checking.lines(_both(node, "typical_evidence")[0]),
            note=_both(node, "annotation")[0],
        )

    def _last_of_urn(self, node: dict[str, Any]) -> str:
        return checking.code_of(_text(node, "urn").rpartition(":")[2])

    def _above(self, node: dict[str, Any]) -> tuple[Area, str]:
        """Return the area, from the nodes above that are not assessed, and the parent's code."""
        titles: list[str] = []
        titles_en: list[str] = []
        parent, urn = "", node.get("parent_urn")
        seen: set[str] = set()
        while urn and str(urn) not in seen and str(urn) in self.by_urn and len(seen) < DEPTH:
            seen.add(str(urn))
            above = self.by_urn[str(urn)]
            if above.get("assessable"):
                parent = parent or self.codes.get(str(urn), "")
            else:
                title, title_en = _both(above, "name")
                named = f"{_text(above, 'ref_id')} {title or _both(above, 'description')[0]}"
                titles.insert(0, named.strip())
                titles_en.insert(
                    0, f"{_text(above, 'ref_id')} {title_en}".strip() if title_en else ""
                )
            urn = above.get("parent_urn")
        return self._area(" › ".join(titles[-2:]), " › ".join(filter(None, titles_en[-2:]))), parent

    def _area(self, title: str, title_en: str) -> Area:
        title = title[: checking.TITLE_LIMIT]
        if not title:
            return self.areas.setdefault("", Area.all())
        if title not in self.areas:
            code = f"A{len(self.areas) + 1:02d}"
            self.areas[title] = Area(code, title, title_en[: checking.TITLE_LIMIT])
        return self.areas[title]


def _both(node: dict[str, Any], key: str) -> tuple[str, str]:
    """Return (what Korean pages show, English): a translation, else the library's own text."""
    own = _text(node, key)
    translations = node.get("translations")
    found = {
        language: _text(translations.get(language) or {}, key)
        for language in LANGUAGES
        if isinstance(translations, dict) and isinstance(translations.get(language) or {}, dict)
    }
    return found.get("ko") or own, found.get("en") or ("" if _is_korean(own) else own)


def _is_korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


def _text(node: dict[str, Any], key: str) -> str:
    value = node.get(key)
    return str(value).replace("\0", "").strip() if value is not None else ""
