"""Mapping sets as an organisation sees them: versions side by side, and which of them it uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from compliance.accounts.models import Organisation, User
from compliance.audit import services as audit
from compliance.scans import mapping, policies
from compliance.scans.actions import Action
from compliance.scans.models import MappingChoice, MappingEdge, MappingSet, RuleMapping


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the library lists it. `choice` is the person's word on its set, if any."""

    set: MappingSet
    edges: int
    pivots: int
    used: bool
    choice: MappingChoice | None


def versions(organisation: Organisation) -> list[Version]:
    """Every version, newest of a set first. Constant queries."""
    used = set(mapping.in_effect(organisation.pk))
    choices = {
        choice.identifier: choice
        for choice in MappingChoice.objects.filter(organisation=organisation).select_related(
            "chosen_by"
        )
    }
    rows = MappingSet.objects.annotate(
        number=Count("edges", distinct=True), pivots=Count("links", distinct=True)
    ).order_by("identifier", "-pk")
    return [
        Version(row, row.number, row.pivots, row.pk in used, choices.get(row.identifier))
        for row in rows
    ]


@transaction.atomic
def approve(chosen: MappingSet, *, organisation: Organisation, reason: str, by: User) -> int:
    """Use this version from now on, whatever else is delivered. Returns how many rules it maps anew."""
    policies.check_can_choose_mappings(organisation, by)
    policies.check_reason(reason)
    _choose(organisation, chosen.identifier, chosen, reason, by)
    audit.record(
        by,
        Action.MAPPINGS_APPROVED,
        organisation,
        set=str(chosen),
        digest=chosen.digest,
        reason=reason.strip(),
    )
    return mapping.refresh(organisation.pk)


@transaction.atomic
def retire(chosen: MappingSet, *, organisation: Organisation, reason: str, by: User) -> int:
    """Use no version of this set any more. Returns how many rules are mapped anew."""
    policies.check_can_choose_mappings(organisation, by)
    policies.check_reason(reason)
    policies.check_is_used(chosen, mapping.in_effect(organisation.pk))
    _choose(organisation, chosen.identifier, None, reason, by)
    audit.record(
        by,
        Action.MAPPINGS_RETIRED,
        organisation,
        set=str(chosen),
        digest=chosen.digest,
        reason=reason.strip(),
    )
    return mapping.refresh(organisation.pk)


def _choose(
    organisation: Organisation, identifier: str, chosen: MappingSet | None, reason: str, by: User
) -> None:
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    MappingChoice.objects.update_or_create(
        organisation=organisation,
        identifier=identifier,
        defaults={
            "set": chosen,
            "reason": reason.strip(),
            "chosen_by": by,
            "chosen_at": timezone.now(),
        },
    )


def edges(chosen: MappingSet, words: str = "") -> QuerySet[MappingEdge]:
    """The edges of a version, those that name *words* alone if any are given."""
    found = chosen.edges.order_by("pk")
    if words:
        return found.filter(from_ref__icontains=words) | found.filter(
            requirement_code__icontains=words
        )
    return found


def paths(
    organisation: Organisation, shown: Iterable[MappingEdge]
) -> dict[int, tuple[int, list[str]]]:
    """{edge: (rules that it maps here, the path of one of them)}, in one query."""
    found: dict[int, tuple[int, list[str]]] = {}
    rows = RuleMapping.objects.filter(
        rule__organisation=organisation, edge__in=[edge.pk for edge in shown]
    )
    counted = dict(rows.order_by().values_list("edge").annotate(n=Count("pk")))
    for edge, path in rows.order_by("edge", "-pk").values_list("edge", "path")[:MOST_PATHS]:
        found[edge] = (counted[edge], path)
    return found


MOST_PATHS = 5_000
