"""Crosswalks as data: a YAML file, or the mapping lists that a profile carries itself."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.accounts.models import Organisation
from compliance.requirements import plain_yaml, shapes
from compliance.requirements.models import Crosswalk, CrosswalkEdge, Profile, Requirement
from compliance.shared.errors import Refused

SCHEMA = "crosswalk.schema.json"
# A profile's mapping lists that speak of a baseline we ship → the baseline's identifier.
BASELINES = {
    "isms_p": "isms-p",
    "kisa_2026": "kisa-technical-2026",
    "pipc_safety_measures": "pipc-safety-measures",
}
BATCH = 500


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed crosswalk file and the SHA-256 of its bytes."""

    data: dict[str, Any]
    digest: str


def read(content: bytes) -> Document:
    """Parse *content* or raise Refused with one sentence that says what is wrong where."""
    data = plain_yaml.parse(content)
    shapes.check(data, SCHEMA)
    return Document(data, hashlib.sha256(content).hexdigest())


@transaction.atomic
def load(document: Document, *, organisation: Organisation | None = None) -> tuple[Crosswalk, bool]:
    """Return the crosswalk and whether it is new. The same bytes twice change nothing.

    Codes are checked where a profile of that name is loaded; an edition that is not, such as last
    time's, may be named all the same. Raises Refused when the version is there with other bytes.
    """
    about = document.data["crosswalk"]
    known = Crosswalk.objects.filter(
        identifier=about["id"], version=about["version"], organisation=organisation
    ).first()
    if known is not None:
        if known.digest != document.digest:
            raise Refused(
                _(
                    "%(crosswalk)s version %(version)s is loaded already with other content. "
                    "Give the file a new version."
                )
                % {"crosswalk": known.title, "version": known.version}
            )
        return known, False
    edges = list(_edges(document.data))
    _check_once(edges)
    _check_codes(edges)
    made = Crosswalk.objects.create(
        organisation=organisation,
        identifier=about["id"],
        version=about["version"],
        title_ko=about["title_ko"],
        title_en=about.get("title_en", ""),
        source=about["source"],
        licence=about["licence"],
        author=about["author"],
        digest=document.digest,
    )
    _write(made, edges)
    return made, True


@transaction.atomic
def load_mappings(profile: Profile) -> Crosswalk | None:
    """Keep the profile's own mapping lists as edges to the baselines they name.

    Made of the profile and not shipped as a file of its own, so that the two never differ. A list
    says only that both speak of the same thing: every edge overlaps, none claims more.
    """
    identifier = f"{profile.identifier}-mappings"[:80]
    known = Crosswalk.objects.filter(
        identifier=identifier, version=profile.version, organisation=profile.organisation
    ).first()
    edges = [] if known else list(_mapped(profile))
    if known or not edges:
        return known
    made = Crosswalk.objects.create(
        organisation=profile.organisation,
        identifier=identifier,
        version=profile.version,
        title_ko=f"{profile.title_ko[:280]}의 기준 대응",
        title_en=f"Baselines named by {profile.title_en or profile.title_ko}"[:300],
        source=f"{profile.identifier} {profile.version}",
        digest=profile.digest,
    )
    _write(made, edges)
    return made


def _write(crosswalk: Crosswalk, edges: list[CrosswalkEdge]) -> None:
    for edge in edges:
        edge.crosswalk = crosswalk
    CrosswalkEdge.objects.bulk_create(edges, batch_size=BATCH)


def _edges(data: dict[str, Any]) -> Iterator[CrosswalkEdge]:
    about = data["crosswalk"]
    for row in data["edges"]:
        yield CrosswalkEdge(
            from_profile=_side(row, about, "from"),
            from_code=row["from"],
            relation=row["relation"],
            to_profile=_side(row, about, "to"),
            to_code=row["to"],
            rationale=row.get("rationale", ""),
            source=row.get("source", ""),
        )


def _side(row: dict[str, Any], about: dict[str, Any], side: str) -> str:
    key = f"{side}_profile"
    found = row.get(key) or about.get(key)
    if not found:
        raise Refused(
            _("%(from)s → %(to)s: the edge and the crosswalk name no “%(key)s”. Add it.")
            % {"from": row["from"], "to": row["to"], "key": key}
        )
    return str(found)


def _check_once(edges: list[CrosswalkEdge]) -> None:
    seen: set[frozenset[tuple[str, str]]] = set()
    for edge in edges:
        ends = frozenset({(edge.from_profile, edge.from_code), (edge.to_profile, edge.to_code)})
        facts = {"from": edge.from_code, "to": edge.to_code}
        if len(ends) == 1:
            raise Refused(_("%s is related to itself. Remove this edge.") % edge.from_code)
        if ends in seen:
            raise Refused(_("%(from)s and %(to)s are related twice. Keep one edge.") % facts)
        seen.add(ends)


def _check_codes(edges: list[CrosswalkEdge]) -> None:
    known = _known_codes({name for edge in edges for name in (edge.from_profile, edge.to_profile)})
    for edge in edges:
        for profile, code in (
            (edge.from_profile, edge.from_code),
            (edge.to_profile, edge.to_code),
        ):
            if profile in known and code not in known[profile]:
                raise Refused(
                    _("The profile %(profile)s has no requirement %(code)s. Correct the edge.")
                    % {"profile": profile, "code": code}
                )


def _known_codes(identifiers: set[str]) -> dict[str, set[str]]:
    """Codes of every loaded version of the profiles, shipped and own."""
    rows = Requirement.objects.filter(profile__identifier__in=identifiers)
    known: dict[str, set[str]] = defaultdict(set)
    for identifier, code in rows.order_by().values_list("profile__identifier", "code"):
        known[identifier].add(code)
    return known


def _mapped(profile: Profile) -> Iterator[CrosswalkEdge]:
    known = _known_codes(set(BASELINES.values()))
    for requirement in profile.requirements.only("profile", "code", "mappings"):
        for framework, baseline in BASELINES.items():
            for code in dict.fromkeys(requirement.mappings.get(framework, [])):
                if baseline == profile.identifier or code not in known.get(baseline, {code}):
                    continue
                yield CrosswalkEdge(
                    from_profile=profile.identifier,
                    from_code=requirement.code,
                    relation=CrosswalkEdge.Relation.INTERSECTS,
                    to_profile=baseline,
                    to_code=code,
                )
