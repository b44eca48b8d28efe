"""A profile as the YAML document that `loading` reads."""

from typing import Any

import yaml

from compliance.requirements.models import Area, EvidenceKind, Profile, Requirement

_PRIMARY = {
    Requirement.Provenance.PLATFORM: "platform",
    Requirement.Provenance.EXAMPLE: "article_example",
    Requirement.Provenance.INFERRED: "inferred",
}


def to_yaml(profile: Profile) -> str:
    """Return the profile as YAML; loading it again gives the same areas and requirements."""
    requirements = profile.requirements.select_related("area", "parent")
    document = {
        "platform": {
            "id": profile.platform.code,
            "title_ko": profile.platform.title_ko,
            "title_en": profile.platform.title_en,
        },
        "profile": _about(profile),
        "parameters": profile.parameters,
        "provenance_codes": profile.provenance_codes,
        "areas": [_area(area) for area in profile.areas.all()],
        "evidence_types": {
            kind.code: _kind(kind) for kind in profile.evidence_kinds.order_by("code")
        },
        "requirements": [
            _requirement(each) for each in requirements.prefetch_related("evidence_kinds")
        ],
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in ("", None, [], {})}


def _about(profile: Profile) -> dict[str, Any]:
    return _filled(
        {
            "id": profile.identifier,
            "version": profile.version,
            "edition": profile.edition,
            "published": profile.published_on.isoformat(),
            "valid_from": profile.valid_from and profile.valid_from.isoformat(),
            "valid_to": profile.valid_to and profile.valid_to.isoformat(),
            "status": profile.status,
            "title_ko": profile.title_ko,
            "title_en": profile.title_en,
            "disclaimer_ko": profile.disclaimer_ko,
            "disclaimer_en": profile.disclaimer_en,
            "sources": profile.sources,
        }
    )


def _area(area: Area) -> dict[str, Any]:
    return _filled({"code": area.code, "title_ko": area.title_ko, "title_en": area.title_en})


def _kind(kind: EvidenceKind) -> dict[str, Any]:
    return _filled(
        {
            "ko": kind.title_ko,
            "en": kind.title_en,
            "formats": kind.formats,
            "default_max_age_days": kind.max_age_days,
        }
    )


def _requirement(row: Requirement) -> dict[str, Any]:
    primary = _PRIMARY[Requirement.Provenance(row.provenance)]
    facts = {
        "id": row.code,
        "area": row.area.code,
        "parent": row.parent.code if row.parent else "",
        "order": row.order,
        "title_ko": row.title_ko,
        "title_en": row.title_en,
        "statement_ko": row.statement_ko,
        "statement_en": row.statement_en,
        "provenance": _filled({"primary": primary, "codes": row.provenance_details}),
        "severity": row.severity,
        "automation": row.automation,
        "evidence": sorted(kind.code for kind in row.evidence_kinds.all()),
        "tests": row.tests,
        "mapping": row.mappings,
        "parameters": row.parameters,
        "note_ko": row.note,
    }
    return {**_filled(facts), "mandatory": row.mandatory}
