"""Pages that set scans, assets and requirements beside each other, and tables that leave."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.audit.services import record_read
from compliance.scans import comparing, exporting
from compliance.scans.actions import Action
from compliance.scans.forms import FindingFilter
from compliance.scans.models import Asset, CheckResult, Finding, FindingState, ScanRun
from compliance.shared.severity import Severity

PAGE = 50
CHOICES = 50
RUNS_SHOWN = 20
_TYPES = {
    "csv": ("text/csv; charset=utf-8", exporting.as_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        exporting.as_xlsx,
    ),
}


@require_safe
@in_organisation
def compare(request: OrganisationRequest, pk: int) -> HttpResponse:
    """What fails in one run and not in another. ?with= names the other, ?show= the side."""
    visible = ScanRun.objects.visible_to(request.user).filter(organisation=request.organisation)
    run = get_object_or_404(visible.imported(), pk=pk)
    chosen = request.GET.get("with", "")
    number = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0
    other = comparing.comparable(run).filter(pk=number).first() or comparing.former(run)
    context: dict[str, Any] = {
        "run": run,
        "other": other,
        "choices": comparing.comparable(run)[:CHOICES],
    }
    if other is not None:
        sides = comparing.sides(run, other)
        show = request.GET.get("show", "")
        show = show if show in sides else "appeared"
        chosen_side: Any = sides[show]
        page = Paginator(chosen_side, PAGE).get_page(request.GET.get("page"))
        counts = {name: found.count() for name, found in sides.items()}
        context |= {"counts": counts, "show": show, "page": page, "other_text": str(other.pk)}
    return render(request, "scans/compare.html", context)


@require_safe
@in_organisation
def overview(request: OrganisationRequest) -> HttpResponse:
    """Requirement × asset, and how the number of open findings went."""
    context = {
        "heat": comparing.heat_map(request.organisation),
        "weeks": comparing.open_by_week(request.organisation),
    }
    return render(request, "scans/overview.html", context)


@require_safe
@in_organisation
def asset(request: OrganisationRequest, pk: int) -> HttpResponse:
    """One asset: what is open on it, and the scans that looked at it."""
    visible = Asset.objects.visible_to(request.user)
    found = get_object_or_404(visible, organisation=request.organisation, pk=pk)
    counted = dict(
        found.findings.filter(state=FindingState.OPEN)
        .order_by()
        .values_list("severity")
        .annotate(n=Count("pk"))
    )
    here = CheckResult.objects.filter(asset=found, run=OuterRef("pk"))
    looked = ScanRun.objects.imported().filter(Exists(here), organisation=request.organisation)
    findings = found.findings.select_related("rule").order_by("-number")
    context = {
        "asset": found,
        "severities": [(s.value, s.label, counted.get(s.value, 0)) for s in Severity],
        "runs": looked.order_by("-pk")[:RUNS_SHOWN],
        "page": Paginator(findings, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "scans/asset.html", context)


@require_safe
@in_organisation
def export(request: OrganisationRequest, form: str) -> HttpResponse:
    """The findings that the filters of the address leave, as a file."""
    chosen = FindingFilter(request.GET, organisation=request.organisation)
    visible = Finding.objects.visible_in(request.organisation, request.user)
    rows = chosen.apply(visible.select_related("rule", "asset").order_by("number"))
    record_read(
        request.user, Action.EXPORTED, request.organisation, format=form, count=rows.count()
    )
    media, write = _TYPES[form]
    answer = HttpResponse(write(rows), content_type=media)
    day = timezone.localdate().isoformat()
    name = f"findings-{request.organisation.slug}-{day}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
