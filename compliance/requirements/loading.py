"""Loading a profile document: all of it in one transaction, idempotent by (identifier, version)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compliance.accounts.models import Organisation
from compliance.requirements import crosswalks, documents
from compliance.requirements.models import Area, EvidenceKind, Platform, Profile, Requirement
from compliance.shared.errors import Refused

_DIFFERENT = _(
    "%(profile)s version %(version)s is loaded already with other content. A published version "
    "never changes: give the file a new version."
)


@transaction.atomic
def load(
    document: documents.Document, *, organisation: Organisation | None = None
) -> tuple[Profile, bool]:
    """Return the profile and whether it is new. The same bytes twice change nothing.

    A profile of an *organisation* is seen by its members only; without one it is everybody's.
    Raises Refused when the version is there with other bytes.
    """
    about = document.data["profile"]
    known = Profile.objects.filter(
        identifier=about["id"], version=str(about["version"]), organisation=organisation
    ).first()
    if known is not None:
        if known.digest != document.digest:
            raise Refused(_DIFFERENT % {"profile": known.title, "version": known.version})
        return known, False
    profile = _profile(document, organisation)
    areas = _areas(profile, document.data["areas"])
    kinds = _kinds(profile, document.data.get("evidence_types", {}))
    _requirements(profile, document.data["requirements"], areas, kinds)
    crosswalks.load_mappings(profile)
    return profile, True


def _profile(document: documents.Document, organisation: Organisation | None) -> Profile:
    data, about = document.data, document.data["profile"]
    platform, _created = Platform.objects.get_or_create(
        code=data["platform"]["id"],
        defaults={
            "title_ko": data["platform"]["title_ko"],
            "title_en": data["platform"].get("title_en", ""),
        },
    )
    return Profile.objects.create(
        platform=platform,
        organisation=organisation,
        identifier=about["id"],
        version=str(about["version"]),
        edition=str(about.get("edition", "")),
        status=about["status"],
        title_ko=about["title_ko"],
        title_en=about.get("title_en", ""),
        disclaimer_ko=about.get("disclaimer_ko", ""),
        disclaimer_en=about.get("disclaimer_en", ""),
        published_on=date.fromisoformat(about["published"]),
        valid_from=documents.day_of(about.get("valid_from")),
        valid_to=documents.day_of(about.get("valid_to")),
        provenance_codes=data.get("provenance_codes", {}),
        sources=about.get("sources", []),
        parameters={
            name: documents.parameter_of(given)
            for name, given in data.get("parameters", {}).items()
        },
        digest=document.digest,
    )


def _areas(profile: Profile, rows: list[dict[str, Any]]) -> dict[str, Area]:
    areas = [
        Area(
            profile=profile,
            code=row["code"],
            order=order,
            title_ko=row["title_ko"],
            title_en=row.get("title_en", ""),
        )
        for order, row in enumerate(rows, start=1)
    ]
    return {area.code: area for area in Area.objects.bulk_create(areas)}


def _kinds(profile: Profile, rows: dict[str, dict[str, Any]]) -> dict[str, EvidenceKind]:
    kinds = [
        EvidenceKind(
            profile=profile,
            code=code,
            title_ko=row["ko"],
            title_en=row.get("en", ""),
            formats=row.get("formats", []),
            max_age_days=row.get("default_max_age_days"),
        )
        for code, row in rows.items()
    ]
    return {kind.code: kind for kind in EvidenceKind.objects.bulk_create(kinds)}


def _requirements(
    profile: Profile,
    rows: list[dict[str, Any]],
    areas: dict[str, Area],
    kinds: dict[str, EvidenceKind],
) -> None:
    made = Requirement.objects.bulk_create(
        [
            _requirement(profile, areas[row["area"]], order, row)
            for order, row in enumerate(rows, start=1)
        ]
    )
    through = Requirement.evidence_kinds.through
    through.objects.bulk_create(
        [
            through(requirement_id=requirement.pk, evidencekind_id=kinds[code].pk)
            for requirement, row in zip(made, rows, strict=True)
            for code in row.get("evidence", [])
        ]
    )
    _parents(made, rows)


def _parents(made: list[Requirement], rows: list[dict[str, Any]]) -> None:
    by_code = {requirement.code: requirement for requirement in made}
    children = []
    for row in rows:
        if "parent" in row:
            child = by_code[row["id"]]
            child.parent = by_code[row["parent"]]
            children.append(child)
    Requirement.objects.bulk_update(children, ["parent"], batch_size=500)


def _requirement(profile: Profile, area: Area, order: int, row: dict[str, Any]) -> Requirement:
    return Requirement(
        profile=profile,
        area=area,
        code=row["id"],
        order=row.get("order", order),
        title_ko=row["title_ko"],
        title_en=row.get("title_en", ""),
        statement_ko=documents.statement_of(row),
        statement_en=row.get("statement_en", ""),
        provenance=documents.provenance_of(row),
        provenance_details=row.get("provenance", {}).get("codes", []),
        mandatory=row.get("mandatory", True),
        severity=row["severity"],
        automation=row.get("automation", Requirement.Automation.MANUAL),
        tests=row.get("tests", []),
        mappings=row.get("mapping", {}),
        parameters=row.get("parameters", {}),
        note=row.get("note_ko", ""),
    )
