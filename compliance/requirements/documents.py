"""A profile as a YAML document: read, checked as a whole, then loaded in one transaction."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from compliance.requirements import plain_yaml, shapes
from compliance.requirements.models import Requirement
from compliance.shared.errors import Refused

SCHEMA = "profile.schema.json"
PROVENANCE = {
    "platform": Requirement.Provenance.PLATFORM,
    "article_example": Requirement.Provenance.EXAMPLE,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed profile file and the SHA-256 of its bytes."""

    data: dict[str, Any]
    digest: str


def read(content: bytes) -> Document:
    """Parse *content* or raise Refused with one sentence that says what is wrong where."""
    data = plain_yaml.parse(content)
    check(data)
    return Document(data, hashlib.sha256(content).hexdigest())


def check(data: dict[str, Any]) -> None:
    """Raise Refused for the first thing that would not load."""
    shapes.check(data, SCHEMA)
    _check_validity(data["profile"])
    _check_once([row["code"] for row in data["areas"]], _("Two areas have the code %s."))
    codes = [row["id"] for row in data["requirements"]]
    _check_once(codes, _("Two requirements have the code %s."))
    areas = {area["code"] for area in data["areas"]}
    kinds = set(data.get("evidence_types", {}))
    for row in data["requirements"]:
        _check_names(row, areas, kinds)
    _check_parents(data["requirements"])
    for name, given in data.get("parameters", {}).items():
        _check_days(name, given)


def _check_validity(profile: dict[str, Any]) -> None:
    begins, ends = profile.get("valid_from"), profile.get("valid_to")
    if begins and ends and begins > ends:
        raise Refused(
            _("The profile is valid from %(from)s, which is after its last day %(to)s.")
            % {
                "from": begins,
                "to": ends,
            }
        )


def _check_once(codes: Iterable[str], sentence: str) -> None:
    doubled = [code for code, number in Counter(codes).items() if number > 1]
    if doubled:
        raise Refused(sentence % doubled[0])


def _check_names(row: dict[str, Any], areas: set[str], kinds: set[str]) -> None:
    if row["area"] not in areas:
        raise Refused(
            _("%(code)s names the area %(area)s, which the profile does not list.")
            % {"code": row["id"], "area": row["area"]}
        )
    unknown = set(row.get("evidence", [])) - kinds
    if unknown:
        raise Refused(
            _("%(code)s asks for evidence kinds that the profile does not list: %(kinds)s.")
            % {"code": row["id"], "kinds": ", ".join(sorted(unknown))}
        )
    if len(row.get("evidence", [])) != len(set(row.get("evidence", []))):
        raise Refused(_("%s names an evidence kind twice. Keep it once.") % row["id"])


def _check_parents(rows: list[dict[str, Any]]) -> None:
    """Every parent is an item of the profile, and following parents comes to an end."""
    parents = {row["id"]: row["parent"] for row in rows if "parent" in row}
    known = {row["id"] for row in rows}
    for code, parent in parents.items():
        if parent not in known:
            raise Refused(
                _("%(code)s names the parent %(parent)s, which the profile does not list.")
                % {"code": code, "parent": parent}
            )
    good: set[str] = set()
    for code in parents:
        way = [code]
        while (above := parents.get(way[-1])) is not None and above not in good:
            if above in way:
                circle = " → ".join([*way[way.index(above) :], above])
                raise Refused(_("Parents go in a circle: %s. Remove one of them.") % circle)
            way.append(above)
        good.update(way)


def _check_days(name: str, given: Any) -> None:
    """One value a day: two values that begin on the same day leave open which one holds."""
    days = [each["from"] or "" for each in parameter_of(given)["values"]]
    doubled = [day for day, number in Counter(days).items() if number > 1]
    if doubled:
        raise Refused(
            _("The parameter %(name)s has two values from %(day)s. Give each its own first day.")
            % {"name": name, "day": doubled[0] or _("the beginning")}
        )


def parameter_of(given: Any) -> dict[str, Any]:
    """Return a parameter, written short or long, as the profile keeps it: values oldest first."""
    if not isinstance(given, dict):
        given = {"value": given}
    values = given.get("values") or [{"value": given["value"]}]
    rows = [{"from": row.get("from"), "value": row["value"]} for row in values]
    return {
        "title_ko": given.get("title_ko", ""),
        "title_en": given.get("title_en", ""),
        "unit": given.get("unit", ""),
        "values": sorted(rows, key=lambda row: row["from"] or ""),
    }


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def provenance_of(row: dict[str, Any]) -> Requirement.Provenance:
    """Anything that is neither the platform's word nor a public example is inferred."""
    primary = row.get("provenance", {}).get("primary", "")
    return PROVENANCE.get(primary, Requirement.Provenance.INFERRED)


def statement_of(row: dict[str, Any]) -> str:
    """A baseline ships titles only, since its texts are their issuer's: the title stands for it."""
    return str(row.get("statement_ko") or row["title_ko"])
