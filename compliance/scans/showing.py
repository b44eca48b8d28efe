"""What the requirement page and list show of scans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from compliance.accounts.models import Organisation
from compliance.requirements import registries
from compliance.requirements.models import Assessment
from compliance.requirements.registries import Ids, Known, Reason
from compliance.scans import selectors
from compliance.scans.models import CheckResult, Finding, FindingState
from compliance.scans.records import Outcome
from compliance.scans.selectors import Standing
from compliance.shared import slots
from compliance.shared.severity import Severity

SHOWN = 10
_BLOCKING = (Severity.CRITICAL, Severity.HIGH)


def register() -> None:
    slots.panel(
        "requirement", order=40, template="scans/_requirement.html", context=panel, limited=True
    )
    registries.register(
        registries.Column("findings", _("Open findings"), known, open_label=_("With open findings"))
    )


def panel(request: HttpRequest, assessment: Assessment) -> dict[str, Any] | None:
    """Findings and check results of one requirement, with the path that explains each."""
    organisation, requirement = assessment.organisation, assessment.requirement
    found = _standing(assessment)
    mapped = selectors.mappings_of(organisation, requirement)
    findings: list[Finding] = []
    results: list[CheckResult] = []
    if found.meanings:
        rows = selectors.findings_of(organisation, requirement, found.meanings)
        findings = list(rows.filter(state=FindingState.OPEN).order_by("-number")[:SHOWN])
        told = selectors.results_of(organisation, requirement).filter(run__in=found.runs)
        results = list(told.exclude(outcome=Outcome.FAIL)[:SHOWN])
    elif not mapped.exists():
        return None
    shown = {row.rule_id for row in findings} | {row.rule_id for row in results}
    mappings = {m.rule_id: m for m in mapped.filter(rule__in=shown)}
    return {
        "organisation": organisation,
        "requirement": requirement,
        "findings": _explained(findings, mappings),
        "open": found.open,
        "closed": found.closed,
        "outcomes": [
            (o.value, o.label, found.outcomes[o]) for o in Outcome if found.outcomes.get(o)
        ],
        "results": _explained(results, mappings),
    }


def _standing(assessment: Assessment) -> Standing:
    """What was told of the requirement for its proposal, or asked for now."""
    pk = assessment.requirement_id
    if assessment.knowledge is not None:
        return assessment.knowledge.of("findings", pk).detail or Standing()
    return selectors.standing(assessment.organisation, [pk]).get(pk, Standing())


def _explained(rows: Any, mappings: Mapping[int, Any]) -> list[tuple[Any, Any]]:
    return [(row, mappings.get(row.rule_id)) for row in rows]


def known(organisation: Organisation, requirement_ids: Ids) -> dict[int, Known]:
    """Open findings speak against, fresh passes for."""
    found = selectors.standing(organisation, requirement_ids)
    return {
        requirement_id: Known(
            each.open, list(_reasons(organisation, requirement_id, each)), detail=each
        )
        for requirement_id, each in found.items()
    }


def _reasons(organisation: Organisation, requirement_id: int, found: Standing) -> Iterator[Reason]:
    if found.open:
        yield _against(organisation, requirement_id, found.severities)
    if passes := found.outcomes.get(Outcome.PASS, 0):
        yield Reason(supports=True, sentence=_lazy_passed(passes))


def _passed(number: int) -> str:
    return ngettext("%(n)d check passed.", "%(n)d checks passed.", number) % {"n": number}


def _against(organisation: Organisation, requirement_id: int, severities: dict[str, int]) -> Reason:
    total = sum(severities.values())
    serious = sum(severities.get(severity, 0) for severity in _BLOCKING)
    return Reason(
        supports=False,
        sentence=_lazy_open(total, serious),
        url=_lazy_address(organisation.slug, requirement_id),
        blocking=bool(serious),
    )


def _open(total: int, serious: int) -> str:
    return ngettext(
        "%(n)d open finding, %(serious)d of them high or critical.",
        "%(n)d open findings, %(serious)d of them high or critical.",
        total,
    ) % {"n": total, "serious": serious}


def _address(slug: str, requirement_id: int) -> str:
    url = reverse("scans:findings", kwargs={"organisation": slug})
    return f"{url}?requirement={requirement_id}&state=open"


# Written out when a page shows them, not when a list weighs them.
_lazy_open = lazy(_open, str)
_lazy_passed = lazy(_passed, str)
_lazy_address = lazy(_address, str)
