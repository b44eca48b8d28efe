"""A profile as a YAML document: read, checked as a whole, then loaded in one transaction."""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from django.utils.translation import gettext as _

from compliance.requirements.models import Profile, Requirement
from compliance.shared.errors import Refused
from compliance.shared.severity import Severity

SIZE_LIMIT = 10 * 1024 * 1024
PROVENANCE = {
    "platform": Requirement.Provenance.PLATFORM,
    "article_example": Requirement.Provenance.EXAMPLE,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed profile file and the SHA-256 of its bytes."""

    data: dict[str, Any]
    digest: str


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, which can make a small file explode, and without doubled keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Refused(_("This YAML file uses aliases (*name). Write the values out."))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _value in node.value]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            raise Refused(_("A key stands twice in this YAML file: %s.") % ", ".join(doubled))
        return super().construct_mapping(node, deep)


def read(content: bytes) -> Document:
    """Parse *content* or raise Refused with one sentence that says what is wrong where."""
    if not content.strip():
        raise Refused(_("The file is empty. Choose the profile's YAML file."))
    if len(content) > SIZE_LIMIT:
        raise Refused(_("The file is larger than 10 MB. A profile is smaller than that."))
    try:
        data = yaml.load(content.decode("utf-8-sig"), Loader=_PlainLoader)  # noqa: S506
    except UnicodeDecodeError as error:
        raise Refused(_("The file is not UTF-8 text. Save it as UTF-8.")) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Refused(_("The file is not readable YAML: %s") % _where(error)) from error
    if not isinstance(data, dict):
        raise Refused(_("The file is YAML but not a profile: it has no “profile” part."))
    check(data)
    return Document(data, hashlib.sha256(content).hexdigest())


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return _("line %d") % (mark.line + 1) if mark else _("nested too deeply")


def check(data: dict[str, Any]) -> None:
    """Raise Refused for the first thing that would not load."""
    for part, kind in (
        ("platform", dict),
        ("profile", dict),
        ("areas", list),
        ("evidence_types", dict),
        ("requirements", list),
    ):
        if not isinstance(data.get(part), kind):
            raise Refused(_("The profile has no “%s” part, or it has the wrong shape.") % part)
    _need(data["platform"], ("id", "title_ko"), "platform")
    _need(data["profile"], ("id", "version", "title_ko", "status", "published"), "profile")
    if data["profile"]["status"] not in Profile.Status.values:
        raise Refused(
            _("The profile's status is “%(given)s”; it must be one of %(known)s.")
            % {"given": data["profile"]["status"], "known": ", ".join(Profile.Status.values)}
        )
    published_on(data["profile"])
    for area in data["areas"]:
        _need(area, ("code", "title_ko"), "areas")
    areas = {area["code"] for area in data["areas"]}
    seen: set[str] = set()
    for requirement in data["requirements"]:
        _check_requirement(requirement, areas, set(data["evidence_types"]), seen)


def _check_requirement(row: Any, areas: set[str], kinds: set[str], seen: set[str]) -> None:
    _need(row, ("id", "area", "title_ko", "statement_ko", "severity"), "requirements")
    code = str(row["id"])
    if code in seen:
        raise Refused(_("Two requirements have the code %s.") % code)
    seen.add(code)
    if row["area"] not in areas:
        raise Refused(
            _("%(code)s names the area %(area)s, which the profile does not list.")
            % {"code": code, "area": row["area"]}
        )
    unknown = set(row.get("evidence", [])) - kinds
    if unknown:
        raise Refused(
            _("%(code)s asks for evidence kinds that the profile does not list: %(kinds)s.")
            % {"code": code, "kinds": ", ".join(sorted(unknown))}
        )
    if row["severity"] not in Severity.values:
        raise Refused(
            _("%(code)s has the severity %(given)s; it must be one of %(known)s.")
            % {"code": code, "given": row["severity"], "known": ", ".join(Severity.values)}
        )


def _need(row: Any, names: tuple[str, ...], part: str) -> None:
    if not isinstance(row, dict):
        raise Refused(_("The profile's “%s” part has the wrong shape.") % part)
    missing = [name for name in names if row.get(name) in (None, "")]
    if missing:
        raise Refused(
            _("An entry of “%(part)s” (%(which)s) lacks %(missing)s.")
            % {
                "part": part,
                "which": row.get("id") or row.get("code") or "?",
                "missing": ", ".join(missing),
            }
        )


def published_on(profile: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(str(profile["published"]))
    except ValueError as error:
        raise Refused(_("The profile's “published” is not a date like 2026-11-22.")) from error


def provenance_of(row: dict[str, Any]) -> Requirement.Provenance:
    """Anything that is neither the platform's word nor a public example is inferred."""
    primary = row.get("provenance", {}).get("primary", "")
    return PROVENANCE.get(primary, Requirement.Provenance.INFERRED)
