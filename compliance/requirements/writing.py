"""A loaded profile back as canonical YAML, which loads again to an equal profile."""

from typing import Any

import yaml

from compliance.requirements.documents import PROVENANCE
from compliance.requirements.models import Profile, Requirement

_WIDTH = 200
_PRIMARY = {made: written for written, made in PROVENANCE.items()} | {
    Requirement.Provenance.INFERRED: "inferred"
}


class _Dumper(yaml.SafeDumper):
    """Values written out: a reader that refuses aliases must be able to read it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(profile: Profile) -> str:
    """Return the profile's document: platform, profile, parameters, areas, kinds, requirements."""
    document = _kept(
        {
            "platform": _kept(_titles(profile.platform, id=profile.platform.code)),
            "profile": _about(profile),
            "parameters": {
                name: _parameter(value) for name, value in sorted(profile.parameters.items())
            },
            "provenance_codes": profile.provenance_codes,
            "areas": [_kept(_titles(area, code=area.code)) for area in profile.areas.all()],
            "evidence_types": {
                kind.code: _kind(kind) for kind in profile.evidence_kinds.order_by("pk")
            },
            "requirements": _requirements(profile),
        }
    )
    return str(
        yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
    )


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, which reads as its default. False and 0 say something."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _titles(row: Any, **before: Any) -> dict[str, Any]:
    return {**before, "title_ko": row.title_ko, "title_en": row.title_en}


def _about(profile: Profile) -> dict[str, Any]:
    return _kept(
        {
            "id": profile.identifier,
            "version": profile.version,
            "edition": profile.edition,
            "published": profile.published_on.isoformat(),
            "valid_from": profile.valid_from and profile.valid_from.isoformat(),
            "valid_to": profile.valid_to and profile.valid_to.isoformat(),
            "title_ko": profile.title_ko,
            "title_en": profile.title_en,
            "status": str(profile.status),
            "disclaimer_ko": profile.disclaimer_ko,
            "disclaimer_en": profile.disclaimer_en,
            "sources": profile.sources,
        }
    )


def _parameter(kept: dict[str, Any]) -> Any:
    """Write it short where nothing but one value is known of it."""
    values = kept["values"]
    single = len(values) == 1 and values[0]["from"] is None
    titles = _kept({key: kept[key] for key in ("title_ko", "title_en", "unit")})
    if single:
        return {**titles, "value": values[0]["value"]} if titles else values[0]["value"]
    return {**titles, "values": [_dated(row) for row in values]}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    begins = {"from": row["from"]} if row["from"] else {}
    return {**begins, "value": row["value"]}


def _kind(kind: Any) -> dict[str, Any]:
    return _kept(
        {
            "ko": kind.title_ko,
            "en": kind.title_en,
            "formats": kind.formats,
            "default_max_age_days": kind.max_age_days,
        }
    )


def _requirements(profile: Profile) -> list[dict[str, Any]]:
    rows = profile.requirements.select_related("area", "parent")
    return [
        _requirement(row, profile) for row in rows.prefetch_related("evidence_kinds").order_by("pk")
    ]


def _requirement(row: Requirement, profile: Profile) -> dict[str, Any]:
    same = profile.is_baseline and row.statement_ko == row.title_ko
    return _kept(
        {
            "id": row.code,
            "area": row.area.code,
            "parent": row.parent.code if row.parent else None,
            "order": row.order,
            "title_ko": row.title_ko,
            "title_en": row.title_en,
            "statement_ko": None if same else row.statement_ko,
            "statement_en": row.statement_en,
            "provenance": _provenance(row),
            "mandatory": row.mandatory,
            "severity": str(row.severity),
            "automation": str(row.automation),
            "evidence": [kind.code for kind in row.evidence_kinds.all()],
            "tests": row.tests,
            "mapping": row.mappings,
            "parameters": row.parameters,
            "note_ko": row.note,
        }
    )


def _provenance(row: Requirement) -> dict[str, Any]:
    primary = _PRIMARY[Requirement.Provenance(row.provenance)]
    return _kept({"primary": primary, "codes": row.provenance_details})
