"""Runs, findings, and what no mapping knows."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts import filters
from compliance.accounts.clocks import clock_of
from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.audit.selectors import history
from compliance.scans import (
    asking,
    clock,
    collecting,
    decisions,
    parsers,
    policies,
    selectors,
    services,
)
from compliance.scans.forms import (
    AnswerForm,
    FindingFilter,
    GradeForm,
    ImportForm,
    ResultFilter,
    TriageForm,
)
from compliance.scans.models import Finding, FindingState, RunState, ScanRun
from compliance.scans.records import Options
from compliance.scans.states import MOVES
from compliance.shared.errors import Conflict, Refused, why_not
from compliance.shared.severity import Severity
from compliance.vault import services as vault

PAGE = 50
RUNS_A_PAGE = 25
QUARANTINE_SHOWN = 50
OBSERVATIONS_SHOWN = 50
REFUSALS_SHOWN = 5

# Dialogs of the finding page: state → (title, what it means, button).
_DECISIONS = {
    FindingState.FALSE_POSITIVE: (
        gettext_lazy("False positive"),
        gettext_lazy("The tool is wrong here. Say how you know, for the reviewer reads it."),
    ),
    FindingState.RISK_ACCEPTED: (
        gettext_lazy("Accept the risk"),
        gettext_lazy(
            "The finding is true and stays for a time. Say why, and what limits the damage."
        ),
    ),
    FindingState.DISPUTED: (
        gettext_lazy("Dispute"),
        gettext_lazy(
            "The finding or its severity is open to question. Say what has to be clarified."
        ),
    ),
    FindingState.OPEN: (
        gettext_lazy("Open again"),
        gettext_lazy("The decision no longer holds. Say what changed."),
    ),
}


def _page(request: OrganisationRequest, rows: Any, size: int) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


@require_safe
@in_organisation
def runs(request: OrganisationRequest) -> HttpResponse:
    return _runs(request, ImportForm())


def _runs(request: OrganisationRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    services.settle_abandoned(request.organisation)
    found = ScanRun.objects.visible_to(request.user).filter(organisation=request.organisation)
    context = {
        "form": form,
        "page": _page(request, found.select_related("imported_by"), RUNS_A_PAGE),
        "formats": sorted(parser.label for parser in parsers.parsers().values()),
        "collector": collecting.script(),
        "why_not_import": why_not(policies.check_can_import, request.organisation, request.user),
    }
    return render(request, "scans/runs.html", context, status=status)


@require_POST
@in_organisation
def import_scan(request: OrganisationRequest) -> HttpResponse:
    """Take the file in; its import goes on in a worker. A bad file gets its sentence in the form."""
    policies.check_can_import(request.organisation, request.user)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _runs(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    upload = form.cleaned_data["file"]
    try:
        run, fresh = services.import_file(
            request.organisation,
            upload.file,
            name=upload.name,
            by=request.user,
            options=form.options(),
            ask=True,
        )
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return _runs(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not fresh:
        messages.info(request, _("This file was imported before. Nothing changed."))
    return redirect("scans:run", organisation=request.organisation.slug, pk=run.pk)


@require_safe
@in_organisation
def run(request: OrganisationRequest, pk: int) -> HttpResponse:
    """One run: what it holds, what it changed, and what could not be read."""
    services.settle_abandoned(request.organisation)
    visible = ScanRun.objects.visible_to(request.user).select_related(
        "imported_by", "job", "job__organisation", "blob"
    )
    found = get_object_or_404(visible, organisation=request.organisation, pk=pk)
    if found.state == RunState.ASKING:
        return _ask(request, found)
    form = ResultFilter(request.GET)
    context = {
        "run": found,
        "job": found.job,
        "label": parsers.parsers()[found.format].label,
        "form": form,
        "page": _page(request, form.apply(found), PAGE),
        "quarantine": found.quarantine.all()[:QUARANTINE_SHOWN],
        "skipped": found.counts.get("skipped", {}),
    }
    return _part(request, "scans/run.html", "scans/_results.html", context)


def _ask(
    request: OrganisationRequest, run: ScanRun, form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "run": run,
        "form": form or _answers(run),
        "why_not": why_not(policies.check_can_import, request.organisation, request.user),
    }
    return render(request, "scans/ask.html", context, status=status)


def _answers(run: ScanRun, data: Any = None) -> AnswerForm:
    """The form of what the file leaves open, given what was said before."""
    options = Options(**run.options)
    with vault.checked_path(run.blob, name=run.name, held=True).open("rb") as stream:
        return AnswerForm(asking.look(stream, options), data, options=options)


@require_POST
@in_organisation
def answer(request: OrganisationRequest, pk: int) -> HttpResponse:
    """Import a file that waited, with what was said about it; ask on if that opens a question."""
    found = _waiting(request, pk)
    form = _answers(found, request.POST)
    if not form.is_valid():
        return _ask(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        more = services.answer(found, form.options(), by=request.user)
    except Conflict:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if more:
        messages.info(request, _("Thank you. One more thing is open."))
    return redirect("scans:run", organisation=request.organisation.slug, pk=found.pk)


@require_POST
@in_organisation
def withdraw(request: OrganisationRequest, pk: int) -> HttpResponse:
    services.withdraw(_waiting(request, pk), by=request.user)
    messages.success(request, _("The file was not imported."))
    return redirect("scans:runs", organisation=request.organisation.slug)


def _waiting(request: OrganisationRequest, pk: int) -> ScanRun:
    visible = ScanRun.objects.visible_to(request.user).select_related("organisation", "blob")
    found = get_object_or_404(visible, organisation=request.organisation, pk=pk)
    policies.check_can_import(request.organisation, request.user)
    policies.check_waits(found)
    return found


def _part(
    request: OrganisationRequest, whole: str, part: str, context: dict[str, Any]
) -> HttpResponse:
    """The page, or to htmx that filters or turns pages the rows alone."""
    rows_only = request.headers.get("HX-Target") == "rows"
    response = render(request, part if rows_only else whole, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


_WORST_FIRST = Case(
    *[When(severity=severity, then=Value(-severity.rank)) for severity in Severity],
    output_field=IntegerField(),
)


@require_safe
@in_organisation
def findings(request: OrganisationRequest) -> HttpResponse:
    if away := filters.opening(request, "scans:findings"):
        return away
    form = FindingFilter(request.GET, organisation=request.organisation)
    visible = Finding.objects.visible_in(request.organisation, request.user)
    found = form.apply(visible).order_by(_WORST_FIRST, "-number")
    if form.chosen("by") == "check":
        return _checks(request, form, found)
    # Keys are sorted and cut: an excerpt beside each makes it ten times as much.
    page = _page(request, found.values_list("pk", flat=True), PAGE)
    page.object_list = clock.with_due(_shown(request, page.object_list), request.organisation)
    context = {
        "form": form,
        "page": page,
        "why_not_triage": why_not(
            policies.check_can_triage_many, request.organisation, request.user
        ),
        "decisions": [(state.value, title) for state, (title, _sentence) in _DECISIONS.items()],
    }
    return _part(request, "scans/findings.html", "scans/_findings.html", context)


def _shown(request: OrganisationRequest, keys: Iterable[int]) -> list[Finding]:
    """The findings of these keys in their order, with what a row shows."""
    mappings = selectors.mappings_shown(request.organisation, request.user)
    wanted = list(keys)
    rows = Finding.objects.filter(pk__in=wanted).select_related("rule", "asset", "last_run")
    found = {row.pk: row for row in rows.prefetch_related(Prefetch("rule__mappings", mappings))}
    return [found[key] for key in wanted if key in found]


def _checks(
    request: OrganisationRequest, form: FindingFilter, found: QuerySet[Finding]
) -> HttpResponse:
    """The same findings, one row a check."""
    page = _page(request, selectors.by_check(found), PAGE)
    severities = {severity.rank: severity for severity in Severity}
    rows = [{**row, "worst": severities[row["worst"]]} for row in page.object_list]
    kept = request.GET.copy()
    for name in ("by", "page", "rule"):
        kept.pop(name, None)
    context = {"form": form, "page": page, "rows": rows, "kept": kept.urlencode(), "by": "check"}
    return _part(request, "scans/findings.html", "scans/_checks.html", context)


def _finding(request: OrganisationRequest, number: int) -> Finding:
    visible = Finding.objects.visible_to(request.user).select_related(
        "organisation", "rule", "asset", "first_run", "last_run", "fixed_run", "triaged_by"
    )
    visible = visible.prefetch_related("rule__mappings__edge")
    return get_object_or_404(visible, organisation=request.organisation, number=number)


@require_safe
@in_organisation
@open_to_limited
def finding(request: OrganisationRequest, number: int) -> HttpResponse:
    return render(request, "scans/finding.html", _about(request, _finding(request, number)))


def _about(request: OrganisationRequest, found: Finding) -> dict[str, Any]:
    mappings = selectors.mappings_shown(request.organisation, request.user).filter(rule=found.rule)
    counting = clock_of(request.organisation)
    return {
        "finding": found,
        "due": clock.due(found, counting),
        "days": counting.days[Severity(found.severity)],
        "mappings": mappings.select_related("requirement__profile", "edge__set"),
        "observations": found.observations.select_related("run")[:OBSERVATIONS_SHOWN],
        "history": history(found)[:20],
        "severities": Severity.choices,
        "why_not_grade": why_not(policies.check_can_grade, found, request.user),
        "decisions": [
            {
                "state": state.value,
                "title": title,
                "sentence": sentence,
                "id": f"decide-{state.value}",
                "why_not": why_not(policies.check_can_triage, found, request.user, state),
            }
            for state, (title, sentence) in _DECISIONS.items()
            if state in MOVES[FindingState(found.state)] and found.state != FindingState.FIXED
        ],
    }


@require_POST
@in_organisation
def triage(request: OrganisationRequest, number: int) -> HttpResponse:
    found = _finding(request, number)
    form = TriageForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose what the finding is and write the reason."))
    data = form.cleaned_data
    services.triage(
        found, state=data["state"], reason=data["reason"], until=data["until"], by=request.user
    )
    messages.success(request, _("Saved. The history of the finding has the reason."))
    return redirect("scans:finding", organisation=request.organisation.slug, number=number)


@require_POST
@in_organisation
def triage_many(request: OrganisationRequest) -> HttpResponse:
    """Decide the chosen findings; what a policy refuses is said and the others go on."""
    policies.check_can_triage_many(request.organisation, request.user)
    form = TriageForm(request.POST)
    chosen = _chosen(request)
    if not form.is_valid() or chosen is None:
        raise Refused(_("Choose findings, say what they are and write the reason."))
    data = form.cleaned_data
    decided = decisions.triage_many(
        chosen.order_by("number")[: decisions.MOST_AT_ONCE + 1],
        state=data["state"],
        reason=data["reason"],
        until=data["until"],
        by=request.user,
    )
    _tell(request, decided)
    back = reverse("scans:findings", kwargs={"organisation": request.organisation.slug})
    filtered = QueryDict(request.POST.get("filter", "")).urlencode()
    return redirect(f"{back}?{filtered}" if filtered else back)


def _chosen(request: OrganisationRequest) -> QuerySet[Finding] | None:
    """The ticked findings, or every one that the list's filter leaves; None for none."""
    visible = Finding.objects.visible_in(request.organisation, request.user)
    visible = visible.select_related("organisation")
    if request.POST.get("everything"):
        listed = FindingFilter(
            QueryDict(request.POST.get("filter", "")), organisation=request.organisation
        )
        return listed.apply(visible)
    numbers = [int(n) for n in request.POST.getlist("number") if n.isdecimal() and len(n) < 10]
    return visible.filter(number__in=numbers) if numbers else None


def _tell(request: OrganisationRequest, decided: decisions.Decided) -> None:
    if number := len(decided.done):
        sentence = ngettext("%(n)d finding was decided.", "%(n)d findings were decided.", number)
        messages.success(request, sentence % {"n": number})
    for found, sentence in decided.refused[:REFUSALS_SHOWN]:
        messages.warning(request, f"{found.code}: {sentence}")
    if (left := len(decided.refused) - REFUSALS_SHOWN) > 0:
        sentence = ngettext("%(n)d more was refused.", "%(n)d more were refused.", left)
        messages.warning(request, sentence % {"n": left})


@require_POST
@in_organisation
def grade(request: OrganisationRequest, number: int) -> HttpResponse:
    """Say how severe the finding is here, or take that back."""
    found = _finding(request, number)
    policies.check_can_grade(found, request.user)
    form = GradeForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Choose a severity and write the reason."))
    data = form.cleaned_data
    decisions.set_severity(found, data["severity"], reason=data["reason"], by=request.user)
    messages.success(request, _("Saved. The history of the finding has the reason."))
    return redirect("scans:finding", organisation=request.organisation.slug, number=number)


@require_safe
@in_organisation
def unmapped(request: OrganisationRequest) -> HttpResponse:
    """Rules that speak about no requirement: a queue, not a silent default."""
    context = {
        "page": _page(request, selectors.unmapped_rules(request.organisation), PAGE),
        "coverage": selectors.mapping_coverage(request.organisation),
    }
    return render(request, "scans/unmapped.html", context)
