"""What the requirement page and list show of scans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation
from compliance.requirements import registries
from compliance.requirements.models import Assessment
from compliance.requirements.registries import Reason
from compliance.scans import selectors
from compliance.scans.models import FindingState
from compliance.scans.records import Outcome
from compliance.shared import slots
from compliance.shared.severity import Severity

SHOWN = 10
_BLOCKING = (Severity.CRITICAL, Severity.HIGH)


def register() -> None:
    slots.panel("requirement", order=40, template="scans/_requirement.html", context=panel)
    registries.register_reasons(reasons)
    registries.register_count("findings", _("Open findings"), selectors.open_counts)


def panel(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """Findings and check results of one requirement, with the path that explains each."""
    organisation, requirement = assessment.organisation, assessment.requirement
    mappings = {m.rule_id: m for m in selectors.mappings_of(organisation, requirement)}
    if not mappings:
        return None
    findings = selectors.findings_of(organisation, requirement)
    standing = findings.filter(state=FindingState.OPEN)
    counted = selectors.outcome_counts(organisation, [requirement.pk]).get(requirement.pk, {})
    latest = selectors.latest_runs(organisation)
    results = selectors.results_of(organisation, requirement).filter(run__in=latest)
    return {
        "organisation": organisation,
        "requirement": requirement,
        "findings": _explained(standing.order_by("-number")[:SHOWN], mappings),
        "open": standing.count(),
        "closed": findings.exclude(state=FindingState.OPEN).count(),
        "outcomes": [(o.value, o.label, counted[o]) for o in Outcome if counted.get(o)],
        "results": _explained(results.exclude(outcome=Outcome.FAIL)[:SHOWN], mappings),
    }


def _explained(rows: Any, mappings: Mapping[int, Any]) -> list[tuple[Any, Any]]:
    return [(row, mappings.get(row.rule_id)) for row in rows]


def reasons(organisation: Organisation, requirement_ids: list[int]) -> dict[int, list[Reason]]:
    """Open findings speak against, fresh passes for."""
    found: dict[int, list[Reason]] = {}
    for requirement_id, severities in selectors.worst_open(organisation, requirement_ids).items():
        found.setdefault(requirement_id, []).append(
            _against(organisation, requirement_id, severities)
        )
    for requirement_id, outcomes in selectors.outcome_counts(organisation, requirement_ids).items():
        passes = outcomes.get(Outcome.PASS, 0)
        if passes:
            sentence = ngettext("%(n)d check passed.", "%(n)d checks passed.", passes)
            found.setdefault(requirement_id, []).append(
                Reason(supports=True, sentence=sentence % {"n": passes})
            )
    return found


def _against(organisation: Organisation, requirement_id: int, severities: dict[str, int]) -> Reason:
    total = sum(severities.values())
    serious = sum(severities.get(severity, 0) for severity in _BLOCKING)
    sentence = ngettext(
        "%(n)d open finding, %(serious)d of them high or critical.",
        "%(n)d open findings, %(serious)d of them high or critical.",
        total,
    ) % {"n": total, "serious": serious}
    url = reverse("scans:findings", kwargs={"organisation": organisation.slug})
    return Reason(
        supports=False,
        sentence=sentence,
        url=f"{url}?requirement={requirement_id}&state=open",
        blocking=bool(serious),
    )
