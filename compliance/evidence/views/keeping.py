"""The page of one evidence, and what is done on it."""

from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.http import OrganisationRequest, in_organisation, open_to_limited
from compliance.accounts.models import User
from compliance.audit.models import Entry
from compliance.audit.selectors import history as told_of
from compliance.evidence import (
    keeping,
    pages,
    panels,
    policies,
    selectors,
    services,
    uploading,
)
from compliance.evidence.forms import FactsForm, VersionForm
from compliance.evidence.models import EvidenceLink, Hold
from compliance.evidence.views.fetching import (
    chosen_of,
    evidence_of,
    link_of,
    requirement_of,
    to_evidence,
)
from compliance.shared.errors import Refused, why_not
from compliance.vault import receiving

ENTRIES_ON_A_PAGE = 100


@require_safe
@in_organisation
@open_to_limited
def detail(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    versions = selectors.versions_of(evidence)
    chosen = request.GET.get("version", "")
    version = next((each for each in versions if str(each.number) == chosen), versions[0])
    links, former = selectors.links_of_evidence(evidence, request.user)
    holds = list(evidence.holds.select_related("evidence", "placed_by"))
    held = next((each for each in holds if each.is_in_force), None)
    context = {
        "evidence": evidence,
        "version": version,
        "versions": versions,
        "links": links,
        "former": former,
        "shown": pages.show(version, request.user),
        "custody": _told(request, selectors.custody(evidence)[:100], [*links, *former]),
        "accesses": selectors.accesses(evidence)[:50],
        "form": VersionForm(),
        "facts": FactsForm(evidence=evidence, people=selectors.people_of(request.organisation)),
        "tags": evidence.tags.all(),
        "hold": held,
        "why_not_lift": why_not(policies.check_can_lift, held, request.user) if held else "",
        "why_not_change": why_not(policies.check_can_change, evidence, request.user),
        "why_not_withdraw": why_not(policies.check_can_withdraw, evidence, request.user),
        "why_not_delete": why_not(policies.check_can_delete, evidence, request.user),
        "why_not_hold": why_not(policies.check_can_hold, evidence, request.user),
        **panels.upload_facts(),
    }
    return render(request, "evidence/detail.html", context)


def _told(
    request: OrganisationRequest, entries: Iterable[Entry], links: Iterable[EvidenceLink]
) -> list[Entry]:
    """The entries that name no requirement beyond what the person sees."""
    if not request.membership.is_limited:
        return list(entries)
    codes = {None, *(each.requirement.code for each in links)}
    return [each for each in entries if each.data.get("requirement") in codes]


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
    draft = bool(request.POST.get("draft"))
    services.link(evidence, wanted, by=request.user, submit=not draft)
    said = _("Linked to %(code)s, as a draft.") if draft else _("Linked to %(code)s, under review.")
    messages.success(request, said % {"code": wanted.code})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def reuse(request: OrganisationRequest) -> HttpResponse:
    """Link what a person chose among evidence accepted elsewhere; each waits for a review here."""
    policies.check_can_add(request.organisation, request.user)
    wanted = requirement_of(request)
    chosen = chosen_of(request)
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


@require_POST
@in_organisation
def change(request: OrganisationRequest, number: int) -> HttpResponse:
    """What is said about it: title, kind, confidentiality, owner, tags."""
    evidence = evidence_of(request, number)
    policies.check_can_change(evidence, request.user)
    people = selectors.people_of(request.organisation)
    form = FactsForm(request.POST, evidence=evidence, people=people)
    if not form.is_valid():
        raise Refused(form.sentence)
    facts = form.cleaned_data
    owner = User.objects.get(pk=facts["owner"]) if facts["owner"] else None
    keeping.change(
        evidence,
        title=facts["title"],
        kind=form.chosen_kind,
        confidentiality=facts["confidentiality"],
        owner=owner,
        tags=[facts["tags"]],
        revision=facts["revision"],
        by=request.user,
    )
    messages.success(request, _("%(evidence)s is changed.") % {"evidence": evidence})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def submit(request: OrganisationRequest, link: int) -> HttpResponse:
    found = link_of(request, link)
    services.submit(found, by=request.user)
    messages.success(request, _("%(evidence)s is under review.") % {"evidence": found.evidence})
    return to_evidence(request, found.evidence)


@require_POST
@in_organisation
def unlink(request: OrganisationRequest, link: int) -> HttpResponse:
    found = link_of(request, link)
    services.unlink(found, by=request.user)
    facts = {"evidence": found.evidence, "code": found.requirement.code}
    messages.success(request, _("%(evidence)s is no longer linked to %(code)s.") % facts)
    return to_evidence(request, found.evidence)


@require_POST
@in_organisation
def hold(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    policies.check_can_hold(evidence, request.user)
    until = _day(request.POST.get("until", ""))
    keeping.hold(evidence, reason=request.POST.get("reason", ""), until=until, by=request.user)
    messages.success(request, _("%(evidence)s is on hold.") % {"evidence": evidence})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def lift(request: OrganisationRequest, number: int, hold: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    held = get_object_or_404(Hold.objects.select_related("evidence"), evidence=evidence, pk=hold)
    keeping.lift(held, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("The hold of %(evidence)s is lifted.") % {"evidence": evidence})
    return to_evidence(request, evidence)


@require_POST
@in_organisation
def delete(request: OrganisationRequest, number: int) -> HttpResponse:
    evidence = evidence_of(request, number)
    said = _("The draft %(evidence)s is deleted.") % {"evidence": evidence}
    keeping.delete(evidence, by=request.user)
    messages.success(request, said)
    return redirect("evidence:list", request.organisation.slug)


@require_safe
@in_organisation
def history(request: OrganisationRequest, number: int) -> HttpResponse:
    """Everything that happened to it, looks and downloads too, a page at a time."""
    evidence = evidence_of(request, number)
    entries = Paginator(told_of(evidence), ENTRIES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"evidence": evidence, "page": entries}
    return render(request, "evidence/history.html", context)


def _day(text: str) -> date | None:
    """The day that a form names, None for none; Refused for what is no day."""
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise Refused(_("This is no day of the calendar. Check the date."))
    return found
