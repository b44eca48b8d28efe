"""Mapping sets: shipped as YAML, and those that a profile carries itself."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from compliance.requirements.models import Profile, Requirement
from compliance.scans.models import MappingEdge, MappingSet, RefLink

FOLDER = Path(__file__).parent / "data"

# Lists in a profile's requirements → namespace of references.
_PROFILE_LISTS = {"kisa_2026": "kisa2026", "isms_p": "ismsp2023"}


def ensure_loaded() -> bool:
    """Bring the database up to the shipped sets and the loaded profiles. True if anything changed."""
    rows = MappingSet.objects.values_list("identifier", "version", "digest")
    known = {(identifier, version): digest for identifier, version, digest in rows}
    changed = False
    for path in sorted(FOLDER.glob("*.yaml")):
        digest, document = _document(path)
        facts = document["set"]
        if known.get((facts["identifier"], facts["version"])) != digest:
            _load(document, digest)
            changed = True
    for profile in Profile.objects.filter(organisation__isnull=True).order_by("pk"):
        if known.get((_identifier(profile), profile.version)) != profile.digest:
            _load_profile(profile)
            changed = True
    return changed


@cache
def _document(path: Path) -> tuple[str, dict[str, Any]]:
    content = path.read_bytes()
    return hashlib.sha256(content).hexdigest(), yaml.safe_load(content)


@transaction.atomic
def _load(document: dict[str, Any], digest: str) -> None:
    facts = document["set"]
    found = _renew(
        facts["identifier"],
        facts["version"],
        digest,
        **{k: v for k, v in facts.items() if k not in ("identifier", "version")},
    )
    edges = {}
    for entry in document.get("edges", []):
        for ref in entry["refs"]:
            profile = entry.get("profile") or document["profile"]
            edge = _edge(found, profile, ref, entry)
            edges[ref, profile, edge.requirement_code] = edge
    MappingEdge.objects.bulk_create(edges.values(), batch_size=1000)
    links = [RefLink(set=found, from_ref=a, to_ref=b) for a, b in document.get("links", [])]
    RefLink.objects.bulk_create(links, batch_size=1000, ignore_conflicts=True)


def _renew(identifier: str, version: str, digest: str, **facts: Any) -> MappingSet:
    """The row of this version, empty of edges. Other versions stay as they are."""
    found, _created = MappingSet.objects.update_or_create(
        identifier=identifier, version=version, defaults={"digest": digest, **facts}
    )
    found.edges.all().delete()
    found.links.all().delete()
    return found


def _edge(found: MappingSet, profile: str, ref: str, entry: dict[str, Any]) -> MappingEdge:
    return MappingEdge(
        set=found,
        from_ref=ref,
        profile=profile,
        requirement_code=entry["requirement"],
        effect=entry.get("effect", "both"),
        relation=entry.get("relation", "intersects"),
        minimum_severity=entry.get("minimum_severity", ""),
        asset_kind=entry.get("asset_kind", ""),
        outcome=entry.get("outcome", ""),
        raise_to=entry.get("raise_to", ""),
        rationale_ko=entry.get("ko", ""),
        rationale_en=entry.get("en", ""),
    )


def _identifier(profile: Profile) -> str:
    version = profile.version.replace(".", "-")
    return f"profile-{profile.identifier}-{version}"[:80]


@transaction.atomic
def _load_profile(profile: Profile) -> None:
    """The lists of KISA and ISMS-P numbers in a profile are edges of its own."""
    found = _renew(
        _identifier(profile),
        profile.version,
        profile.digest,
        title_ko=f"{profile.title_ko} {profile.version}",
        title_en=f"{profile.title_en} {profile.version}" if profile.title_en else "",
        source_ko=profile.identifier,
        author="profile",
    )
    edges = [
        edge
        for requirement in Requirement.objects.filter(profile=profile)
        for edge in _own_edges(found, profile, requirement)
    ]
    MappingEdge.objects.bulk_create(edges, batch_size=1000, ignore_conflicts=True)


def _own_edges(found: MappingSet, profile: Profile, requirement: Requirement) -> list[MappingEdge]:
    entry = {
        "requirement": requirement.code,
        "ko": "요구사항이 이 점검항목을 직접 지목합니다.",
        "en": "The requirement names this item itself.",
    }
    return [
        _edge(found, profile.identifier, f"{namespace}:{code}", entry)
        for key, namespace in _PROFILE_LISTS.items()
        for code in requirement.mappings.get(key) or []
    ]
