"""The page of one evidence, and what is done on it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation
from compliance.evidence import pages, panels, policies, selectors, services, uploading
from compliance.evidence.forms import VersionForm
from compliance.evidence.models import Evidence
from compliance.evidence.views.fetching import evidence_of, requirement_of, to_evidence
from compliance.shared.errors import Refused, why_not
from compliance.shared.numbers import whole
from compliance.vault import receiving


@require_safe
@in_organisation
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    versions = selectors.versions_of(evidence)
    chosen = request.GET.get("version", "")
    version = next((each for each in versions if str(each.number) == chosen), versions[0])
    links, former = selectors.links_of_evidence(evidence)
    context = {
        "evidence": evidence,
        "version": version,
        "versions": versions,
        "links": links,
        "former": former,
        "shown": pages.show(version, request.user),
        "custody": selectors.custody(evidence)[:100],
        "accesses": selectors.accesses(evidence)[:50],
        "form": VersionForm(),
        "why_not_change": why_not(policies.check_can_change, evidence, request.user),
        **panels.upload_facts(),
    }
    return render(request, "evidence/detail.html", context)


@require_POST
@in_organisation
def add_version(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    policies.check_can_change(evidence, request.user)
    form = VersionForm(request.POST, uploading.files_of(request))
    if not form.is_valid():
        raise Refused(form.sentence)
    files = form.cleaned_data["files"]
    version = services.add_version(
        evidence, uploading.uploads(files), by=request.user, **form.circumstances()
    )
    receiving.clear(files)
    messages.success(request, _("Version %(number)s is under review.") % {"number": version.number})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def link(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    wanted = requirement_of(request)
    services.link(evidence, wanted, by=request.user)
    messages.success(request, _("Linked to %(code)s, under review.") % {"code": wanted.code})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def reuse(request: OrganisationRequest) -> HttpResponse:
    """Link what a person chose among evidence accepted elsewhere; each waits for a review here."""
    policies.check_can_add(request.organisation, request.user)
    wanted = requirement_of(request)
    one = request.POST.get("one")
    numbers = {whole(each) for each in ([one] if one else request.POST.getlist("evidence"))}
    rows = Evidence.objects.visible_to(request.user).filter(organisation=request.organisation)
    chosen = list(rows.filter(number__in=numbers).order_by("number"))
    if len(chosen) != len(numbers):
        raise Http404
    links = services.link_all(chosen, wanted, by=request.user)
    codes = ", ".join(each.evidence.code for each in links)
    sentence = _("%(evidence)s: linked to %(code)s, under review.")
    messages.success(request, sentence % {"evidence": codes, "code": wanted.code})
    names = [request.organisation.slug, wanted.profile.identifier, wanted.code]
    return redirect(f"{reverse('requirements:detail', args=names)}#evidence-panel")


@require_POST
@in_organisation
def withdraw(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    services.withdraw(evidence, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("%(evidence)s is withdrawn.") % {"evidence": evidence})
    return to_evidence(request, evidence)
